import { TracepostError } from "#errors";
import { isParticipantId } from "#wire";

/**
 * Folders that are backed up or restored as wholes, each with what proves its log. `""` is the
 * whole data folder.
 */
export type Unit = string;

/** What belongs to every part of an exchange: who it is, and the register that vouches for keys. */
const ALWAYS = /^(tracepost\.json|exchange\/(?!root\/(holder|freshness)).*)$/u;

/**
 * The folders that `--only` means: `gateway`, or the id of a participant. Throws TracepostError
 * USAGE for anything else, and for parts of a folder that is no exchange.
 */
export function unitsOf(only: readonly string[] | undefined, isExchange: boolean): readonly Unit[] {
  if (only === undefined || only.length === 0) return [""];
  const wrong = only.filter((name) => name !== "gateway" && !isParticipantId(name));
  if (!isExchange || wrong.length > 0) {
    const what = isExchange ? wrong.join(", ") : "the folder of one service has no parts";
    throw new TracepostError("USAGE", "--only names no part of an exchange", {
      problems: [`--only: ${what}`],
      remedy: "Give gateway, or the id of a participant; again for further ones.",
    });
  }
  return [...new Set(only)].map((name) => (name === "gateway" ? name : `participants/${name}`));
}

/** Whether a file belongs to what is backed up. */
export function isOfUnit(path: string, units: readonly Unit[]): boolean {
  return units.some((unit) => isBelow(path, unit) || (unit !== "" && ALWAYS.test(path)));
}

/** Whether a file lies in the folder of a unit. */
export function isBelow(path: string, unit: Unit): boolean {
  return unit === "" || path.startsWith(`${unit}/`);
}
