import { TracepostError } from "#errors";

/** What somebody can do about an error of PostgreSQL, by how its SQLSTATE begins. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["08", "Check that the PostgreSQL server runs and can be reached."],
  ["25P03", "The program or its machine stood still for too long; nothing unfinished was kept."],
  ["28", "Check user and password: the password belongs in the passwordFile of the store."],
  ["3D000", "Create the database, or correct its name in the store's url."],
  ["42501", "Give the user the right to create and use the store's schema."],
  ["53", "Free space, memory or connections on the PostgreSQL server."],
  ["55P03", "Another process has been writing to the store for too long; look what it does."],
  ["57P", "The PostgreSQL server is stopping or starting; wait until it runs."],
  ["58", "Look at the disk of the PostgreSQL server: it is full, gone or failing."],
  [
    "XX",
    "Look at the log of the PostgreSQL server, and restore a backup if its files are damaged.",
  ],
]);
const UNREACHABLE = "Check that the PostgreSQL server runs and that the store's url names it.";

/** How pg says, without a code, that the line broke or brought no answer. */
const LINE_FAULT =
  /^(Connection terminated|Client was closed|Client has encountered|timeout exp|Query read timeout)/;

/** SQLSTATE of what was caught, or the code of a failed system call; "" when it has none. */
export function stateOf(caught: unknown): string {
  if (caught instanceof TracepostError) return stateOf(caught.cause);
  if (!(caught instanceof Error) || !("code" in caught)) return "";
  return typeof caught.code === "string" ? caught.code : "";
}

/** Whether a constraint said no. */
export function isConstraintFault(caught: unknown): boolean {
  return stateOf(caught).startsWith("23");
}

/** Whether the same work may succeed when it is simply done again: nothing of it was kept. */
export function mayRunAgain(caught: unknown): boolean {
  return /^(40|08|25P03|57P0[123])/.test(stateOf(caught)) || isLineFault(caught);
}

/** Whether the line to the server failed, as opposed to what was asked. */
function isLineFault(caught: unknown): boolean {
  if (caught instanceof TracepostError) return isLineFault(caught.cause);
  if (!(caught instanceof Error)) return false;
  return /^E[A-Z]+$/.test(stateOf(caught)) || LINE_FAULT.test(caught.message);
}

/** Wraps what PostgreSQL or a procedure threw as TracepostError STORE. */
export function postgresFault(caught: unknown): TracepostError {
  if (caught instanceof TracepostError) return caught;
  const state = stateOf(caught);
  if (state === "" && !isLineFault(caught)) return TracepostError.from(caught, "STORE");
  const message = caught instanceof Error ? caught.message : String(caught);
  const remedy = isLineFault(caught) ? UNREACHABLE : remedyFor(state);
  return new TracepostError("STORE", `${message || "no connection"} (PostgreSQL ${state})`, {
    cause: caught,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function remedyFor(state: string): string | undefined {
  const known = [...REMEDIES].find(([prefix]) => state.startsWith(prefix));
  return known?.[1];
}
