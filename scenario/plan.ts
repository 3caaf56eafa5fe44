import { type FailedField, screenRow } from "#casework";
import { TracepostError } from "#errors";
import { stateName } from "#reference";
import { SCENARIO_LIMITS } from "#runtime";
import { type AlertCast, castAlertStory } from "./alerts/cast.ts";
import type { PlannedRequest } from "./planned-request.ts";
import type { RecoveredFile } from "./recovered-file.ts";

/** A row as the report names it. */
export interface ScreenedItem {
  readonly ref: string;
  readonly outcome: "sent" | "domestic" | "incomplete";
  readonly to?: string;
  readonly fields?: readonly FailedField[];
}

/** Everything that follows from the input alone. */
export interface ScenarioPlan {
  readonly inputDigest: string;
  /** In the order of the input. */
  readonly items: readonly ScreenedItem[];
  readonly requests: readonly PlannedRequest[];
  /** Ids of focal points, sorted. */
  readonly participants: readonly string[];
  /** Who plays in the alert story, beside them; absent: there is none. */
  readonly alertCast?: AlertCast | undefined;
}

/** States that join, in this order, while there are fewer than the least number. */
const COMPANY = ["AT", "BE", "BR", "DE", "FR", "HR", "IT", "KE", "TR", "US"] as const;

/**
 * Screens every row and names who takes part: requesting States, States that are asked, and others
 * up to the least number. Throws TracepostError INPUT_INVALID when that is more than the most.
 */
export function planScenario(file: RecoveredFile): ScenarioPlan {
  const screened = file.rows.map((row) => ({ row, screening: screenRow(row) }));
  const items = screened.map(({ row: { ref }, screening }): ScreenedItem => {
    switch (screening.outcome) {
      case "incomplete":
        return { ref, outcome: screening.outcome, fields: screening.fields };
      case "domestic":
        return { ref, outcome: screening.outcome };
      case "sent":
        return { ref, outcome: screening.outcome, to: screening.to };
      default:
        return screening satisfies never;
    }
  });
  const requests = screened.flatMap(({ row, screening }): PlannedRequest[] => {
    if (screening.outcome !== "sent") return [];
    return [{ row, from: row.recoveredIn, to: screening.to }];
  });
  const asked = requests.map((request) => request.to);
  const participants = chooseParticipants([...file.rows.map((row) => row.recoveredIn), ...asked]);
  const alertCast = castAlertStory(requests, participants);
  return { inputDigest: file.digest, items, requests, participants, alertCast };
}

function chooseParticipants(involved: readonly string[]): string[] {
  const { participantsMax, participantsMin } = SCENARIO_LIMITS;
  const chosen = new Set(involved);
  if (chosen.size > participantsMax) {
    const names = [...chosen].map((state) => stateName(state)).toSorted(byCode);
    const message = `The input involves ${chosen.size} States, at most ${participantsMax} can play`;
    throw new TracepostError("INPUT_INVALID", message, {
      problems: [names.join(", ")],
      remedy: "Split the input by recovered_in, and give each part a data folder of its own.",
    });
  }
  for (const state of COMPANY) {
    if (chosen.size < participantsMin) chosen.add(state);
  }
  return [...chosen].toSorted(byCode);
}

/** Plain order of code units: the same on every machine, whatever its language. */
function byCode(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
