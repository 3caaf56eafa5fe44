import type { Command } from "commander";
import { TracepostError } from "#errors";
import { printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { readBody } from "../read-body.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";

interface AskWhomOptions extends ServiceOptions {
  readonly make?: string;
  readonly serial?: string;
  readonly madeIn?: string;
  readonly madeYear?: string;
  readonly imported?: readonly string[];
}

interface CandidateView {
  readonly state: string;
  readonly name: string;
  readonly because: string;
  readonly onExchange: boolean;
  readonly participant?: string;
  readonly suspended?: boolean;
}

interface AskWhomView {
  readonly proposed: readonly CandidateView[];
  readonly choose: readonly CandidateView[];
  readonly sameFirearm: readonly {
    readonly caseId: string;
    readonly nationalCaseNumber: string;
    readonly role: "requesting" | "requested";
    readonly peer: string;
    readonly state: string;
    readonly outcome?: string;
    readonly how: string;
  }[];
}

const HELP = `
Proposes which State to ask about a firearm, with the reason, and says whether it is on the exchange;
a State that is not is asked by letter. Asks nobody. FILE is a request as trace send takes it; without
one, say what is marked.

Examples:
  tracepost trace ask-whom request.yaml --data exchange --participant KE
  tracepost trace ask-whom --make ZASTAVA --made-in YU --made-year 1985 --imported US:2001 \\
    --data exchange --participant KE
`;

/** Adds `trace ask-whom`: who to ask about a firearm (TP-CHAIN-1). */
export function addTraceAskWhom(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("ask-whom")
    .description("propose which State to ask about a firearm, with reasons")
    .argument("[file]", "a request as JSON or YAML; - reads standard input")
    .option("--make <brand>", "brand as marked")
    .option("--serial <serial>", "serial number as marked, to find cases about the same firearm")
    .option("--made-in <code>", "country of manufacture, ISO 3166-1 or 3166-3, such as AT or YUCS")
    .option("--made-year <year>", "year of manufacture")
    .option("--imported <code:year...>", "import marks, such as US:2005 or US");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", HELP);
  addAction<AskWhomOptions>(command, terminal, (options, file) => ask(options, file, terminal));
}

async function ask(
  options: AskWhomOptions,
  file: string | undefined,
  terminal: Terminal,
): Promise<CommandResult> {
  const body = file === undefined ? markedBody(options) : await bodyOfFile(file, options);
  const access = { kind: "focal-point", defaultUser: "person" } as const;
  const service = await openService(options, terminal, access);
  const path = "/v1/traces/ask-whom";
  const answer = await callService<AskWhomView>(service, { method: "POST", path, body });
  return { json: answer, lines: linesOf(answer).map(printable) };
}

async function bodyOfFile(file: string, options: AskWhomOptions): Promise<object> {
  const { imported, madeIn, make, madeYear, serial } = options;
  const given = [imported, madeIn, make, madeYear, serial];
  if (given.some((each) => each !== undefined)) {
    throw new TracepostError("USAGE", "A file and marks are both given", {
      remedy: "Give FILE, or --make, --serial, --made-in, --made-year and --imported.",
    });
  }
  const { request } = (await readBody(file)).value as { request?: { firearm?: object } };
  return { firearm: request?.firearm };
}

function markedBody({ imported, madeIn, make, madeYear, serial }: AskWhomOptions): object {
  if (madeIn === undefined && make === undefined && imported === undefined) {
    throw new TracepostError("USAGE", "It is not said what is marked", {
      remedy: "Give FILE, or at least one of --made-in, --imported and --make.",
    });
  }
  return {
    firearm: { make, serialRaw: serial, countryOfManufacture: madeIn },
    yearOfManufacture: madeYear === undefined ? undefined : yearOf("--made-year", madeYear),
    importMarks: imported?.map((mark) => {
      const [country, year] = mark.split(":");
      return { country, year: year === undefined ? undefined : yearOf("--imported", year) };
    }),
  };
}

function yearOf(option: string, text: string): number {
  if (/^\d{4}$/u.test(text)) return Number(text);
  throw new TracepostError("USAGE", `${option} has no year of four digits: ${text}`, {
    remedy: "Write it as 2005; leave it out when it is not known.",
  });
}

function linesOf({ choose, proposed, sameFirearm }: AskWhomView): string[] {
  const nobody = "Nothing marked leads to another State.";
  return [
    ...(proposed.length > 0 ? ["Ask:", ...proposed.flatMap(candidateLines)] : []),
    ...(choose.length > 0 ? ["Choose one:", ...choose.flatMap(candidateLines)] : []),
    ...(proposed.length + choose.length === 0 ? [nobody] : []),
    ...(sameFirearm.length > 0 ? ["The same firearm is already in:"] : []),
    ...sameFirearm.map(({ caseId, nationalCaseNumber, outcome, peer, role, state }) => {
      const who = role === "requesting" ? `asked ${peer}` : `asked by ${peer}`;
      return `  case ${caseId} (${nationalCaseNumber}), ${who}: ${outcome ?? state}`;
    }),
  ];
}

function candidateLines(candidate: CandidateView): string[] {
  const { because, name, onExchange, participant = "", state, suspended } = candidate;
  const way = onExchange ? `on the exchange as ${participant}` : "not on the exchange: by letter";
  const now = suspended === true ? `${participant} takes no messages now: by letter` : way;
  return [`  ${state}  ${name} (${now})`, `      ${because}`];
}
