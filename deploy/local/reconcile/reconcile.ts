import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ClaimsAdmin, connectClaimsAdmin } from "#bus";
import { type Clock, Semaphore } from "#runtime";
import type { RegisterView } from "#trust";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { checkActivations } from "../provision/activation-check.ts";
import {
  CORE_ACCOUNT,
  GATEWAY_ACCOUNT,
  inboxImport,
  issueMember,
  SYSTEM_ACCOUNT,
} from "../provision/authority.ts";
import {
  credentialsFile,
  readIssuedTokens,
  readStoragePlan,
  writeIssuedAccount,
} from "../provision/authority-files.ts";
import { editAccount, readAccount, userOf } from "../provision/claims.ts";
import { Nkey } from "../provision/nkey.ts";
import { INBOX_PREFIXES } from "../provision/permissions.ts";
import { provisionParticipant, withProvisioner } from "../provision/provision-streams.ts";
import { outboxStream } from "../provision/topology.ts";
import { type NatsStanding, planReconcile, type ReconcileStep } from "./plan.ts";

/** Which server is to follow which register. */
export interface ReconcileOptions {
  readonly paths: ExchangePaths;
  readonly natsUrl: string;
  readonly register: Pick<RegisterView, "participants">;
  readonly clock: Clock;
}

/** Accounts looked at, or given streams, at the same time. */
const AT_ONCE = 8;
const OPERATOR_ACCOUNTS: readonly string[] = [CORE_ACCOUNT, GATEWAY_ACCOUNT, SYSTEM_ACCOUNT];

/** What has to be done, and what does it. */
export interface Reconciliation {
  readonly steps: readonly ReconcileStep[];
  /** Does the steps in their order; `onStep` is told after each. */
  apply(onStep?: (step: ReconcileStep) => void): Promise<void>;
  close(): Promise<void>;
}

/**
 * Compares NATS with the register (TP-RUN-8). The plan is shown before anything is done. A run that
 * is interrupted leaves each participant as far as it came; the next plan holds the rest. Throws
 * TracepostError DATA_FOLDER, KEY_FILE or TRANSPORT.
 */
export async function openReconciliation(options: ReconcileOptions): Promise<Reconciliation> {
  const { natsUrl, paths, register } = options;
  const claims = await connectClaimsAdmin({
    servers: natsUrl,
    credsFile: credentialsFile(paths, SYSTEM_ACCOUNT, "operator"),
    name: "reconciler",
    inboxPrefix: INBOX_PREFIXES.operator,
  });
  try {
    const steps = planReconcile(register, await standingsOf(options, claims));
    return {
      steps,
      apply: async (onStep = () => undefined) => await applyAll(options, claims, steps, onStep),
      close: () => claims.close(),
    };
  } catch (caught) {
    await claims.close();
    throw caught;
  }
}

async function standingsOf(
  options: ReconcileOptions,
  claims: ClaimsAdmin,
): Promise<ReadonlyMap<string, NatsStanding>> {
  const { paths } = options;
  const issued = await readIssuedTokens(paths);
  const accounts = issued.accounts.map(({ token }) => readAccount(token));
  const keyOf = new Map(accounts.map(({ name, sub }) => [name, sub]));
  const gateway = await held(claims, keyOf.get(GATEWAY_ACCOUNT) ?? "");
  const imported = new Set((gateway?.nats.imports ?? []).map(({ subject }) => subject));
  const outboxes = await outboxesOf(options, [...keyOf.keys()]);
  const permits = new Semaphore(AT_ONCE);
  const members = [...keyOf].filter(([name]) => !OPERATOR_ACCOUNTS.includes(name));
  const found = members.map(([id, key]) =>
    permits.run(async () => {
      const account = await held(claims, key);
      const user = await participantUser(paths, id);
      const standing: NatsStanding = {
        isIssued: true,
        isHeld: account !== undefined,
        isConnected: imported.has(`tp.in.${id}.>`),
        hasStreams: outboxes.has(id),
        isRevoked: user !== undefined && account?.nats.revocations?.[user] !== undefined,
      };
      return [id, standing] as const;
    }),
  );
  return new Map(await Promise.all(found));
}

async function held(claims: ClaimsAdmin, account: string) {
  const token = await claims.lookUp(account);
  return token === undefined ? undefined : readAccount(token);
}

/**
 * Whose streams are made. The outbox is the last that {@link makeStreams} makes of a participant,
 * so that it tells of the inbox too.
 */
async function outboxesOf(
  { natsUrl, paths }: ReconcileOptions,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const { streamBytes } = await readStoragePlan(paths);
  const members = ids.filter((id) => !OPERATOR_ACCOUNTS.includes(id));
  return await withProvisioner({ natsUrl, paths }, CORE_ACCOUNT, async (admin) => {
    const there = new Set<string>();
    for (const id of members) {
      const { consumers, stream } = outboxStream(id, streamBytes);
      const last = consumers.at(-1)?.name ?? "";
      // The consumers come after the stream: with the last of them all is there.
      if ((await admin.consumerState(stream.name, last)) !== undefined) there.add(id);
    }
    return there;
  });
}

async function participantUser(paths: ExchangePaths, id: string): Promise<string | undefined> {
  const text = await readFile(credentialsFile(paths, id, id), "utf8").catch(() => undefined);
  return text === undefined ? undefined : userOf(text);
}

async function applyAll(
  options: ReconcileOptions,
  claims: ClaimsAdmin,
  steps: readonly ReconcileStep[],
  onStep: (step: ReconcileStep) => void,
): Promise<void> {
  for (const step of steps) {
    const { action, participant } = step;
    if (action === "disconnect") await disconnect(options, claims, participant);
    if (action === "issue-account") await issueAccount(options.paths, participant);
    if (action === "push-account") await pushAccount(options.paths, claims, participant);
    if (action === "connect-gateway") await connectGateway(options.paths, claims, participant);
    if (action === "make-streams") await makeStreams(options, participant);
    onStep(step);
  }
}

/** Edits the token the server has: one rebuilt from memory would let a revoked user in again. */
async function disconnect(
  { clock, paths }: ReconcileOptions,
  claims: ClaimsAdmin,
  participant: string,
): Promise<void> {
  const account = await held(claims, await accountKey(paths, participant));
  const user = await participantUser(paths, participant);
  if (account === undefined || user === undefined) return;
  const atSeconds = Math.floor(clock.now() / 1_000) + 1;
  const revocations = { ...account.nats.revocations, [user]: atSeconds };
  await claims.update(await editAccount(account, { revocations }, await keyIn(paths, "operator")));
}

async function issueAccount(paths: ExchangePaths, participant: string): Promise<void> {
  const member = await issueMember(participant, {
    storage: await readStoragePlan(paths),
    operatorKey: await keyIn(paths, "operator"),
    coreKey: await keyIn(paths, CORE_ACCOUNT),
  });
  await writeIssuedAccount(paths, member);
}

async function pushAccount(paths: ExchangePaths, claims: ClaimsAdmin, id: string): Promise<void> {
  await claims.update(await readFile(join(paths.nats.issuedDir, `${id}.jwt`), "utf8"));
}

async function connectGateway(
  paths: ExchangePaths,
  claims: ClaimsAdmin,
  participant: string,
): Promise<void> {
  const gatewayKey = await keyIn(paths, GATEWAY_ACCOUNT);
  const gateway = await held(claims, gatewayKey.getPublicKey());
  if (gateway === undefined) return;
  const added = await inboxImport(participant, await keyIn(paths, participant), gatewayKey);
  const others = (gateway.nats.imports ?? []).filter(({ subject }) => subject !== added.subject);
  const imports = [...others, { ...added, type: "service" as const }];
  const token = await editAccount(gateway, { imports }, await keyIn(paths, "operator"));
  const issued = await readIssuedTokens(paths);
  const rest = issued.accounts.filter(({ publicKey }) => publicKey !== gateway.sub);
  // One bad activation locks the whole gateway out: it is looked at before a server sees it.
  checkActivations([...rest.map((account) => account.token), token]);
  await claims.update(token);
  await writePrivateFile(join(paths.nats.issuedDir, `${GATEWAY_ACCOUNT}.jwt`), token);
}

async function makeStreams({ natsUrl, paths }: ReconcileOptions, id: string): Promise<void> {
  const { streamBytes } = await readStoragePlan(paths);
  await provisionParticipant({ paths, natsUrl, streamBytes }, id);
}

async function accountKey(paths: ExchangePaths, name: string): Promise<string> {
  return readAccount(await readFile(join(paths.nats.issuedDir, `${name}.jwt`), "utf8")).sub;
}

async function keyIn(paths: ExchangePaths, name: string): Promise<Nkey> {
  const file = join(paths.nats.keysDir, `${name}.nk`);
  await access(file);
  return Nkey.fromSeedText(await readFile(file, "utf8"));
}
