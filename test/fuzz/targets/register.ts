import { SignedManifest } from "#proto";
import {
  firstState,
  formatRegisterBundle,
  formatRegisterPins,
  openEntry,
  openManifest,
  parseRegisterBundle,
  parseRegisterPins,
  parseSuccession,
  REGISTER_REFUSALS,
  type RegisterOutcome,
  takeRegister,
} from "#trust";
import { decodeExactly } from "#wire";
import { rootSetOf, VERSION_VECTORS } from "../../support/register-vectors.ts";
import type { Target, Verdict } from "../verdict.ts";

const newcomer = firstState(rootSetOf(VERSION_VECTORS.roots));
const NOW_MS = VERSION_VECTORS.offers[0]?.now_ms ?? 0;

/** Of an outcome; its refusal must be one of the closed table, in words. */
function ofRegister<T>(outcome: RegisterOutcome<T>, again?: (value: T) => Uint8Array): Verdict {
  if (outcome.ok) return { accepted: true, ...(again && { again: again(outcome.value) }) };
  const { code, detail, field } = outcome.refusal;
  if (!(code in REGISTER_REFUSALS) || field === "" || detail === "") {
    throw new TypeError(`the refusal ${code} ${field} does not say what was found`);
  }
  return { accepted: false };
}

/** Parsers of register versions (TP-REG-1, TP-REG-4, TP-REG-5). */
export const REGISTER_TARGETS: readonly Target[] = [
  {
    corpus: "register-bundle",
    parses: ["parseRegisterBundle", "takeRegister"],
    read(input) {
      const bundle = parseRegisterBundle(input);
      if (bundle.ok) takeRegister(newcomer, bundle.value, NOW_MS);
      return ofRegister(bundle, formatRegisterBundle);
    },
  },
  {
    corpus: "register-pins",
    parses: ["parseRegisterPins"],
    read: (input) => ofRegister(parseRegisterPins(input), formatRegisterPins),
  },
  {
    // As if the threshold of root holders had signed whatever it is.
    corpus: "register-manifest",
    parses: ["openManifest"],
    read(input) {
      const signed = decodeExactly(SignedManifest, input);
      return signed === undefined ? { accepted: false } : ofRegister(openManifest(signed));
    },
  },
  {
    corpus: "log-succession",
    parses: ["parseSuccession", "openSuccession"],
    read: (input) => ofRegister(parseSuccession(input), () => input),
  },
  {
    corpus: "register-entry",
    parses: ["openEntry"],
    read: (input) => ofRegister(openEntry(input), ({ bytes }) => bytes),
  },
];
