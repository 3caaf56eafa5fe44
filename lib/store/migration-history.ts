/** What every store checks about the steps its schema has taken (TP-STORE-2). */
import { TracepostError } from "#errors";
import type { Migration } from "#runtime";

/** A step as the store has noted it. */
export interface TakenStep {
  readonly version: unknown;
  readonly name: unknown;
}

/** Throws INTERNAL unless the steps are numbered 1, 2, 3 … */
export function checkNumbering(name: string, migrations: readonly Migration[]): void {
  const wrong = migrations.find((migration, index) => migration.version !== index + 1);
  if (wrong === undefined) return;
  throw new TracepostError("INTERNAL", `the steps of store "${name}" are not 1, 2, 3 …`, {
    problems: [`${wrong.version} ${wrong.name}`],
  });
}

/**
 * Compares the steps a store has taken with those of the program; returns how many it has. Throws
 * TracepostError DATA_FOLDER when they are not the first ones of the program.
 */
export function compareSteps(
  place: string,
  taken: readonly TakenStep[],
  migrations: readonly Migration[],
): number {
  if (taken.length > migrations.length) {
    throw new TracepostError("DATA_FOLDER", `the store ${place} is newer than this program`, {
      problems: [`it has version ${taken.length}, this program knows ${migrations.length}`],
      remedy: "Run the version of Tracepost that last used the store, or a later one.",
    });
  }
  for (const [index, step] of taken.entries()) {
    const expected = migrations[index];
    if (step.version === expected?.version && step.name === expected?.name) continue;
    const problem = `step ${step.version} is "${step.name}", expected "${expected?.name}"`;
    throw refuseStore(place, "has another history than this program's stores", problem);
  }
  return taken.length;
}

/** Refuses to read a store that lacks steps. Throws TracepostError DATA_FOLDER. */
export function checkNewest(place: string, taken: number, migrations: readonly Migration[]): void {
  if (taken === migrations.length) return;
  throw new TracepostError("DATA_FOLDER", `the store ${place} is older than this program`, {
    remedy: "Start the service once, so that it brings the store to the newest version.",
  });
}

/** Refuses a store of another kind than those named. Throws TracepostError DATA_FOLDER. */
export function checkKind(place: string, name: string, names: readonly string[] | undefined): void {
  if (names === undefined || names.includes(name)) return;
  const problem = `it is a "${name}" store, not a "${names.join('" or "')}" store`;
  throw refuseStore(place, "is a store of another kind", problem);
}

/** The place holds something that is not ours to change. */
export function refuseStore(place: string, what: string, problem: string): TracepostError {
  return new TracepostError("DATA_FOLDER", `${place} ${what}`, {
    problems: [problem],
    remedy: "Choose another data folder or schema; nothing was changed here.",
  });
}

/** There is no store where one was to be read. */
export function missingStore(place: string): TracepostError {
  return new TracepostError("DATA_FOLDER", `there is no store at ${place}`, {
    remedy: "Check the path of the data folder, or the configuration of the store.",
  });
}

/** A step that could not be taken. */
export function failedStep({ name, version }: Migration, fault: TracepostError): TracepostError {
  return new TracepostError("STORE", `step ${version} (${name}) of the schema failed`, {
    cause: fault,
    problems: [fault.message],
    remedy: fault.remedy,
  });
}
