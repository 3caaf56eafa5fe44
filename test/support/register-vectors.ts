import type { RootKeySet } from "#proto";
import { keyIdOf } from "#trust";
import { readVectors, type VectorBytes } from "./vectors.ts";

/** Root keys as the vectors write them. */
interface WrittenRoots {
  readonly threshold: number;
  /** Raw public keys, lower-case hex. */
  readonly keys: readonly string[];
  readonly states: readonly string[];
}

/** An offer to a client, and what it must make of it. */
interface WrittenOffer {
  readonly name: string;
  readonly now_ms: number;
  readonly bundle: VectorBytes;
  readonly outcome: string;
  readonly code?: string;
  readonly field?: string;
  readonly version: number;
  readonly participants: readonly string[];
  readonly header_key_of_ne: string;
  readonly alarms: readonly string[];
}

/** The golden vectors of register versions. */
export const VERSION_VECTORS = readVectors<{
  readonly roots: WrittenRoots;
  readonly offers: readonly WrittenOffer[];
}>("register/versions.json");

/** Root keys of the vectors. */
export function rootSetOf({ keys, states, threshold }: WrittenRoots): RootKeySet {
  return {
    threshold,
    keys: keys.map((hex, index) => {
      const publicKey = Buffer.from(hex, "hex");
      return { keyId: keyIdOf(publicKey), publicKey, state: states[index] ?? "" };
    }),
  };
}
