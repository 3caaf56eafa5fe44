import { RegisterPins } from "#proto";
import { decodeExactly, encodeMessage } from "#wire";
import { type OpenedStatement, openKeyStatement } from "./key-statement.ts";
import { openBundleFor } from "./open-bundle.ts";
import { bundleOf } from "./register-bundle.ts";
import { type RegisterOutcome, registerRefused } from "./register-refusal.ts";
import { firstState, type RegisterState } from "./register-state.ts";
import { rootSetProblem } from "./root-signatures.ts";

/** What a client keeps of its state between two starts. */
export function formatRegisterPins(state: RegisterState): Uint8Array {
  return encodeMessage(RegisterPins, {
    roots: state.roots,
    bundle: state.taken === undefined ? undefined : bundleOf(state.taken),
    statements: [...state.statements.values()].map(({ signed }) => signed),
    heardVersion: state.heardVersion,
  });
}

/**
 * Reads a client's state back, however old it is: an expired register still guards against an
 * older one. MALFORMED, THRESHOLD or ENTRY_INVALID when the file was changed.
 */
export function parseRegisterPins(bytes: Uint8Array): RegisterOutcome<RegisterState> {
  const pins = decodeExactly(RegisterPins, bytes);
  if (pins?.roots === undefined) {
    return registerRefused("MALFORMED", "pins", "are not encoded as we do");
  }
  const rootProblem = rootSetProblem(pins.roots);
  if (rootProblem !== undefined) return registerRefused("MALFORMED", "pins.roots", rootProblem);
  const statements = new Map<string, OpenedStatement>();
  for (const signed of pins.statements) {
    const opened = openKeyStatement(signed, "pins.statements");
    if (!opened.ok) return opened;
    statements.set(opened.value.statement.participant, opened.value);
  }
  const { heardVersion, roots } = pins;
  const bare: RegisterState = { ...firstState(roots), statements, heardVersion };
  return pins.bundle === undefined ? { ok: true, value: bare } : openBundleFor(bare, pins.bundle);
}
