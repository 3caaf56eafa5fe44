import { TracepostError } from "#errors";
import { readAccount, readActivation } from "./claims.ts";

/**
 * Checks every import of every account against the activation in it, before a server sees any of
 * them: one bad activation makes the server reject the whole account, and its participant is out
 * (TP-NATS-7). Throws TracepostError VERIFICATION naming each account and import.
 */
export function checkActivations(accountTokens: readonly string[]): void {
  const accounts = accountTokens.map((token) => readAccount(token));
  const names = new Map(accounts.map((account) => [account.sub, account.name]));
  const problems = accounts.flatMap((account) =>
    (account.nats.imports ?? []).flatMap((from) => {
      const where = `account ${account.name}, import ${from.subject}`;
      const wrong = problemOf(from, account.sub, accounts);
      return wrong === undefined ? [] : [`${where} of ${names.get(from.account) ?? "?"}: ${wrong}`];
    }),
  );
  if (problems.length === 0) return;
  throw new TracepostError("VERIFICATION", "NATS would lock accounts out", {
    problems,
    remedy: "Issue these accounts again; nothing was given to the server.",
  });
}

type Account = ReturnType<typeof readAccount>;
type Import = NonNullable<Account["nats"]["imports"]>[number];

function problemOf(from: Import, importer: string, accounts: Account[]): string | undefined {
  const exporter = accounts.find((account) => account.sub === from.account);
  if (exporter === undefined) return "the exporting account is not known";
  const opened = (exporter.nats.exports ?? []).some(
    (service) => service.type === from.type && isSubsetOf(from.subject, service.subject),
  );
  if (!opened) return "the other account does not export it";
  if (from.token === undefined) return "it has no activation";
  try {
    const activation = readActivation(from.token);
    if (activation.iss !== from.account) return "the activation is not from the exporting account";
    if (activation.sub !== importer) return "the activation is for another account";
    const { subject = "", kind } = activation.nats;
    if (kind !== from.type) return `the activation is for a ${kind}`;
    if (!isSubsetOf(from.subject, subject)) return `the activation is for ${subject}`;
    const now = Math.floor(Date.now() / 1_000);
    return activation.exp !== undefined && activation.exp <= now
      ? "the activation has expired"
      : undefined;
  } catch (caught) {
    return TracepostError.from(caught).message;
  }
}

/** Whether everything that `subject` matches is matched by `pattern` too. */
export function isSubsetOf(subject: string, pattern: string): boolean {
  const tokens = subject.split(".");
  const parts = pattern.split(".");
  for (const [place, part] of parts.entries()) {
    const token = tokens[place];
    if (token === undefined) return false;
    if (part === ">") return true;
    if (token === ">" || (part !== "*" && part !== token)) return false;
  }
  return tokens.length === parts.length;
}
