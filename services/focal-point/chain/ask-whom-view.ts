import { type AskWhom, type Candidate, jsonPath } from "#casework";
import type { Refusal } from "#errors";
import type { FieldProblem } from "#http";
import { stateName } from "#reference";
import type { RegisterView } from "#trust";
import { standingOf } from "./exchange-standing.ts";
import type { SameCase } from "./same-firearm.ts";

/** Whom to ask, with reasons, and who is on the exchange. */
export function askWhomView(
  { choose, proposed }: AskWhom,
  register: RegisterView,
  same: readonly SameCase[],
) {
  const view = (candidate: Candidate) => ({
    state: candidate.state,
    name: stateName(candidate.state),
    reason: candidate.reason,
    because: becauseOf(candidate),
    ...standingOf(register, candidate.state),
  });
  return {
    proposed: proposed.map(view),
    choose: choose.map(view),
    sameFirearm: same.map(sameCaseView),
  };
}

/** Why, as an officer reads it. */
function becauseOf({ former, reason, state, year }: Candidate): string {
  const when = year === undefined ? "" : ` of ${year}`;
  switch (reason) {
    case "LAST_IMPORT":
      return `The newest import mark${when} is its own: the trail is shorter from there.`;
    case "OTHER_IMPORT":
      return `An import mark${when} is its own; it is not known to be the newest.`;
    case "MANUFACTURE":
      return "It is marked as the country of manufacture.";
    case "SUCCESSOR":
      return `${former?.name} (${former?.code}) is gone; ${stateName(state)} may hold its records.`;
    case "BRAND":
      return "No country of manufacture is marked; the works of this brand are there.";
    default:
      return reason satisfies never;
  }
}

/** A case about the same firearm. */
export function sameCaseView({ openedAtMs, outcome, ...same }: SameCase) {
  return {
    ...same,
    outcome: outcome ?? undefined,
    openedAt: new Date(openedAtMs).toISOString(),
  };
}

/** The cases that keep a second request from going out. */
export function sameFirearmProblems(cases: readonly SameCase[]): FieldProblem[] {
  return cases.map(({ caseId, how, nationalCaseNumber, outcome, peer, state }) => ({
    field: FIELDS[how],
    rule:
      `the same ${isAmmunition(how) ? "ammunition" : "firearm"} is in case ${caseId} ` +
      `(${nationalCaseNumber}), which asked ${peer} and stands at ${outcome ?? state}: ${HOW[how]}`,
    remedy: "Read that case; to ask all the same, send despite: true with despiteReason.",
  }));
}

function isAmmunition(how: SameCase["how"]): boolean {
  return how === "LOT" || how === "PACKAGING";
}

const SERIAL_FIELD = "request.firearm.serialRaw";
const FIELDS: Readonly<Record<SameCase["how"], string>> = {
  SERIAL: SERIAL_FIELD,
  LOOK_ALIKE: SERIAL_FIELD,
  PARTIAL: SERIAL_FIELD,
  LOT: "request.ammunition.lot",
  PACKAGING: "request.ammunition.packagingMarks",
};

const HOW: Readonly<Record<SameCase["how"], string>> = {
  SERIAL: "same make and serial number",
  LOOK_ALIKE: "same make, and a serial number that is read alike",
  PARTIAL: "same make, and a serial number that fits what could be read",
  LOT: "same lot, and no other maker or headstamp",
  PACKAGING: "same mark on the packaging, and no other lot, maker or headstamp",
};

/** A refusal about a field of a firearm, by the name of it in the body. */
export function firearmProblem({ detail, field }: Refusal): FieldProblem {
  const path = jsonPath(field);
  return { field: path === "recoveryCountry" ? path : `firearm.${path}`, rule: detail };
}
