import { type Command, Option } from "commander";
import { HTTP_LIMITS, printable } from "#runtime";
import { addAction, type Terminal } from "../command-result.ts";
import { changeItem, type DoubleView, decideDouble, listDoubles } from "../ledger-calls.ts";
import { parseLimit } from "../parse-option.ts";
import { seizureResult } from "../seizure-lines.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";

const PERSON = { kind: "focal-point", defaultUser: "person" } as const;

const example = (text: string): string => `
Example:
  ${text} --data exchange --participant KE --user desk-7
`;

/** Adds `seizure doubles`, `decide`, `origin` and `trace`. */
export function addSeizureDecide(parent: Command, terminal: Terminal): void {
  addDoubles(parent, terminal);
  addOrigin(parent, terminal);
  const linking = parent
    .command("trace")
    .description("link an arm with a request of this State: what it establishes counts")
    .argument("<report>", "id of the report")
    .requiredOption("--item <n>", "number of the item in it")
    .requiredOption("--case <id>", "id of the case");
  addServiceOptions(linking, "focal-point");
  const text = "tracepost seizure trace 019b0f96-1a2b --item 1 --case 019b0f6e-5a10";
  linking.addHelpText("after", example(text));
  addAction<ServiceOptions & { readonly item: string; readonly case: string }>(
    linking,
    terminal,
    async ({ case: caseId, item, ...options }, report = "") => {
      const service = await openService(options, terminal, PERSON);
      return seizureResult(await changeItem(service, { report, item, verb: "traces" }, { caseId }));
    },
  );
}

interface DoublesOptions extends ServiceOptions {
  readonly all?: boolean;
  readonly limit: number;
}

function addDoubles(parent: Command, terminal: Terminal): void {
  const listing = parent
    .command("doubles")
    .description("list reported arms that may be one: their serial numbers read alike")
    .option("--all", "also those that were decided")
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax);
  addServiceOptions(listing, "focal-point");
  listing.addHelpText("after", example("tracepost seizure doubles"));
  addAction<DoublesOptions>(listing, terminal, async ({ all, limit, ...options }) => {
    const query = {
      ...(all && { all: "true" }),
      limit: String(Math.min(limit, HTTP_LIMITS.pageRowsMax)),
    };
    const service = await openService(options, terminal, PERSON);
    const { doubles, next } = await listDoubles(service, query);
    return { json: { doubles, more: next !== undefined }, lines: table(doubles) };
  });
  const deciding = parent
    .command("decide")
    .description("join two reports of one arm, or keep them apart")
    .argument("<double>", "number of the pair")
    .addOption(
      new Option("--as <decision>", "one arm, or two")
        .choices(["SAME", "APART"])
        .makeOptionMandatory(),
    )
    .requiredOption("--reason <text>", "how you know");
  addServiceOptions(deciding, "focal-point");
  const text = 'tracepost seizure decide 1 --as SAME --reason "Customs handed it to the police"';
  deciding.addHelpText("after", example(text));
  addAction<ServiceOptions & { readonly as: string; readonly reason: string }>(
    deciding,
    terminal,
    async ({ as: decision, reason, ...options }, id = "") => {
      const service = await openService(options, terminal, PERSON);
      const double = await decideDouble(service, id, { decision, reason });
      return { json: double, lines: table([double]) };
    },
  );
}

function table(doubles: readonly DoubleView[]): string[] {
  if (doubles.length === 0) return ["No arm is reported twice."];
  const rows = doubles.flatMap(({ arms, decidedBy, decision, doubleId }) =>
    arms.map((arm, at) => [
      at === 0 ? String(doubleId) : "",
      `${arm.reportId} ${arm.item}`,
      arm.institution,
      arm.date,
      printable([arm.make, arm.model].filter((text) => text !== "").join(" ")),
      printable(arm.serial),
      at === 0 ? (decision ?? "open") : (decidedBy ?? ""),
    ]),
  );
  return textTable(["PAIR", "REPORT AND ITEM", "BY", "DATE", "MAKE", "SERIAL", "DECIDED"], rows);
}

interface OriginOptions extends ServiceOptions {
  readonly item: string;
  readonly by: string;
  readonly on: string;
  readonly basis: string;
  readonly reverse?: boolean;
}

function addOrigin(parent: Command, terminal: Terminal): void {
  const saying = parent
    .command("origin")
    .description("say that the origin of an arm was established, or that it was not after all")
    .argument("<report>", "id of the report")
    .requiredOption("--item <n>", "number of the item in it")
    .addOption(
      new Option("--by <whom>", "who has established it")
        .choices(["COMPETENT_AUTHORITY", "TRACE"])
        .makeOptionMandatory(),
    )
    .requiredOption("--on <date>", "day on which it became known, such as 2026-03-31")
    .requiredOption("--basis <text>", "on what it rests")
    .option("--reverse", "it was not established after all");
  addServiceOptions(saying, "focal-point");
  const text =
    "tracepost seizure origin 019b0f96-1a2b --item 1 --by COMPETENT_AUTHORITY " +
    '--on 2026-02-20 --basis "National registry, file 88"';
  saying.addHelpText("after", example(text));
  addAction<OriginOptions>(
    saying,
    terminal,
    async ({ basis, by, item, on, reverse = false, ...options }, report = "") => {
      const service = await openService(options, terminal, PERSON);
      const body = { established: !reverse, by, on, basis };
      return seizureResult(await changeItem(service, { report, item, verb: "origin" }, body));
    },
  );
}
