import { type Command, Option } from "commander";
import { Instrument } from "#proto";
import { printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";

interface DirectoryOptions extends ServiceOptions {
  readonly state?: string;
  readonly instrument?: string;
}

interface ContactView {
  readonly participant: string;
  readonly name: string;
  readonly onExchange: boolean;
  readonly openNow?: boolean;
  readonly languages: readonly string[];
  readonly instruments: readonly {
    readonly instrument: string;
    readonly boundness: string;
    readonly since: string;
    readonly until?: string;
  }[];
  readonly bodies: readonly {
    readonly body: string;
    readonly since: string;
    readonly until?: string;
  }[];
  readonly desks: readonly {
    readonly name: string;
    readonly telephone?: string;
    readonly email?: string;
    readonly languages: readonly string[];
    readonly always: boolean;
  }[];
  readonly hours?: { readonly timeZone: string; readonly opens?: string; readonly closes?: string };
  readonly disclosures: readonly { readonly body: string; readonly aggregation: string }[];
}

const ACCESS = { kind: "focal-point", defaultUser: "installation" } as const;

const HELP = `
Tells who takes part, what it applies since when, in which languages and how it is reached, whether
it works now, and which body may see which sums of it. All of it is in the signed register.

Examples:
  tracepost directory --data exchange --participant NE
  tracepost directory --state KE --instrument ITI --data exchange --participant NE --json
`;

/** Adds `directory`: the register of contact points (TP-DIR-1). */
export function addDirectory(program: Command, terminal: Terminal): void {
  const command = program
    .command("directory")
    .description("tell who takes part, what it applies and how it is reached")
    .option("--state <code>", "of this State only, such as KE")
    .addOption(
      new Option("--instrument <name>", "of those with a standing to it only").choices(
        Object.keys(Instrument).filter((name) => name !== "UNSPECIFIED"),
      ),
    );
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", HELP);
  addAction<DirectoryOptions>(command, terminal, (options) => show(options, terminal));
}

async function show(options: DirectoryOptions, terminal: Terminal): Promise<CommandResult> {
  const service = await openService(options, terminal, ACCESS);
  const { instrument, state } = options;
  const query = new URLSearchParams({
    ...(state === undefined ? {} : { state }),
    ...(instrument === undefined ? {} : { instrument }),
  });
  const path = query.size === 0 ? "/v1/directory" : `/v1/directory?${query}`;
  const found = await callService<{ contacts: readonly ContactView[] }>(service, { path });
  const { contacts } = found;
  const none = state === undefined ? "Nobody." : `${state} is not on the exchange.`;
  return { json: found, lines: contacts.length === 0 ? [none] : contacts.flatMap(linesOf) };
}

function linesOf(contact: ContactView): string[] {
  const { bodies, desks, disclosures, hours, instruments, languages, openNow } = contact;
  const open = openNow === undefined ? "" : openNow ? ", open now" : ", closed now";
  const times = hours?.opens === undefined ? "" : ` ${hours.opens}-${hours.closes}`;
  const works = hours === undefined ? "" : ` (${hours.timeZone}${times})`;
  const until = (one: { readonly until?: string }): string =>
    one.until === undefined ? "" : ` to ${one.until}`;
  const standing = contact.onExchange ? "on the exchange" : "off the exchange";
  return [
    `${contact.participant}  ${contact.name}: ${standing}${open}${works}`,
    `  languages ${languages.join(", ")}`,
    ...instruments.map(
      (one) => `  ${one.instrument} ${one.boundness} since ${one.since}${until(one)}`,
    ),
    ...bodies.map((one) => `  member of ${one.body} since ${one.since}${until(one)}`),
    ...desks.map(({ always, email = "", languages: spoken, name, telephone = "" }) =>
      [`  ${name}:`, telephone, email, spoken.join(", "), always ? "at any hour" : ""]
        .filter(Boolean)
        .join(" "),
    ),
    ...disclosures.map(({ aggregation, body }) => `  lets ${body} see ${aggregation}`),
  ].map(printable);
}
