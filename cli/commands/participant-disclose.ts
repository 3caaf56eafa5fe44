import type { Command } from "commander";
import { TracepostError } from "#errors";
import { Aggregation, type Disclosure, type RegisterEntry, Role } from "#proto";
import { REGIONAL_BODIES, regionalBody } from "#reference";
import { REGISTER_LIMITS } from "#runtime";
import { withDisclosures } from "#trust";
import { addAction, type Terminal } from "../command-result.ts";
import { collect } from "../parse-option.ts";
import { addDraftOptions, type ChangeOptions, changeEntry } from "./participant-change.ts";

const HELP = `
Puts consents of a State in a draft, or takes them out, as the State has asked for: which regional body
may see what of it by name. VOLUMES, OUTCOMES and TIMELINESS are its own sums, ROUTES its half of each
pair, EVENTS single records without content. They count when enough root keys have signed the draft, and
end with the next version without them; what was fed before is not taken back.

Examples:
  tracepost participant disclose NE --give ECOWAS:VOLUMES --draft next.bundle
  tracepost participant disclose NE --withdraw ECOWAS:EVENTS --draft next.bundle --dry-run
`;

interface DiscloseOptions extends ChangeOptions {
  readonly give?: readonly string[];
  readonly withdraw?: readonly string[];
}

/** Adds `participant disclose` (TP-DISC-8). */
export function addParticipantDisclose(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("disclose")
    .description("put consents of a State to a regional body in a draft, or take them out")
    .argument("<id>", "participant id of a focal point")
    .option("--give <consent>", "BODY:AGGREGATION that is given; again for each", collect)
    .option("--withdraw <consent>", "BODY:AGGREGATION that ends; again for each", collect);
  addDraftOptions(command, HELP);
  addAction<DiscloseOptions>(command, terminal, async (options, id = "") => {
    const given = consentsOf("--give", options.give);
    const withdrawn = consentsOf("--withdraw", options.withdraw);
    if (given.length + withdrawn.length === 0) {
      throw new TracepostError("USAGE", "It is not said what is given or withdrawn", {
        remedy:
          "Give --give BODY:AGGREGATION or --withdraw BODY:AGGREGATION, such as ECOWAS:VOLUMES.",
      });
    }
    return await changeEntry(options, id, (entry) => {
      demandFocalPoint(entry, id);
      demandGiven(entry, withdrawn);
      return bounded(withDisclosures(entry, given, withdrawn));
    });
  });
}

function consentsOf(option: string, texts: readonly string[] = []): Disclosure[] {
  return [...new Set(texts)].map((text) => {
    const [body = "", name = "", ...more] = text.split(":");
    const aggregation = Aggregation[name as keyof typeof Aggregation];
    if (regionalBody(body) && aggregation && more.length === 0) return { body, aggregation };
    const bodies = REGIONAL_BODIES.rows.map(({ code }) => code).join(", ");
    const names = Object.keys(Aggregation).filter((one) => one !== "UNSPECIFIED");
    throw new TracepostError("USAGE", `${option} ${text} is no consent`, {
      remedy: `Write BODY:AGGREGATION with a body of ${bodies} and one of ${names.join(", ")}.`,
    });
  });
}

function demandFocalPoint({ participant }: RegisterEntry, id: string): void {
  if (participant?.role === Role.FOCAL_POINT) return;
  throw new TracepostError("USAGE", `${id} is no focal point`, {
    remedy: "The focal point consents for its State, with its agencies: name that one.",
  });
}

function demandGiven({ participant }: RegisterEntry, withdrawn: readonly Disclosure[]): void {
  const has = participant?.disclosures ?? [];
  const missing = withdrawn.find(
    (one) =>
      !has.some(({ aggregation, body }) => body === one.body && aggregation === one.aggregation),
  );
  if (missing === undefined) return;
  throw new TracepostError("USAGE", `${participant?.id} does not let ${missing.body} see that`, {
    remedy: `See: tracepost participant show ${participant?.id} --register DRAFT`,
  });
}

function bounded(entry: RegisterEntry): RegisterEntry {
  const { bodiesMax } = REGISTER_LIMITS;
  if ((entry.participant?.disclosures.length ?? 0) <= bodiesMax) return entry;
  throw new TracepostError("USAGE", `An entry holds at most ${bodiesMax} consents`, {
    remedy: "Withdraw some in the same draft: --withdraw BODY:AGGREGATION.",
  });
}
