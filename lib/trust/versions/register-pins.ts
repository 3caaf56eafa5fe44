import { type RegisterBundle, RegisterPins } from "#proto";
import { decodeExactly, encodeMessage } from "#wire";
import { openFreshness } from "./freshness.ts";
import { type OpenedStatement, openKeyStatement } from "./key-statement.ts";
import { openManifest } from "./manifest.ts";
import { bundleOf } from "./register-bundle.ts";
import { type RegisterOutcome, registerRefused } from "./register-refusal.ts";
import { firstState, type RegisterState } from "./register-state.ts";
import { resolveEntries } from "./resolve-entries.ts";
import { meetsThreshold, rootSetProblem } from "./root-signatures.ts";
import { freshenedBy, putInForce } from "./take-register.ts";

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
  return pins.bundle === undefined ? { ok: true, value: bare } : restored(bare, pins.bundle);
}

function restored(bare: RegisterState, bundle: RegisterBundle): RegisterOutcome<RegisterState> {
  const signed = bundle.manifests.at(-1);
  if (signed === undefined) return registerRefused("MALFORMED", "pins.bundle", "has no manifest");
  const manifest = openManifest(signed);
  if (!manifest.ok) return manifest;
  if (!meetsThreshold(signed, bare.roots)) {
    return registerRefused("THRESHOLD", "pins.bundle", "is not signed by the pinned roots");
  }
  const entries = resolveEntries(manifest.value, bundle, []);
  if (!entries.ok) return entries;
  const inForce = putInForce(bare, manifest.value, entries.value);
  if (!inForce.ok || bundle.freshness === undefined) return inForce;
  // It was judged when it came; the clock may have been set back since.
  const freshAtMs = openFreshness(bundle.freshness, manifest.value, Number.POSITIVE_INFINITY);
  if (!freshAtMs.ok) return freshAtMs;
  const taken = freshenedBy(inForce.value.taken, bundle.freshness, freshAtMs.value);
  return { ok: true, value: { ...inForce.value, taken } };
}
