/** Root keys that the reader trusts, by their fingerprints. */
import { hash, type KeyObject } from "node:crypto";
import { TracepostError } from "#errors";
import { EVIDENCE_LIMITS } from "#runtime";
import { keyIdOf, publicKeyOf } from "#trust";
import type { EvidenceContent } from "../evidence-content.ts";
import type { Problems } from "./problems.ts";

/**
 * The root keys of one time, each by the SHA-256 of its raw public key in hex, or the first 32
 * digits of it, which is its key id. Most of a set must have signed what is proven (TP-EVID-5).
 */
export type RootSet = readonly string[];

/** A key of the file that the reader has named. */
export interface NamedKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

/** Reads fingerprints between commas. Throws USAGE. */
export function parseRootSet(text: string): RootSet {
  const set = text.toLowerCase().split(",");
  const wrong = set.find((one) => !/^([0-9a-f]{32}|[0-9a-f]{64})$/.test(one));
  if (wrong === undefined && new Set(set).size === set.length) return set;
  throw new TracepostError("USAGE", "these are no fingerprints of root keys", {
    problems: [
      wrong === undefined ? "one is there twice" : `${JSON.stringify(wrong.slice(0, 80))} is none`,
    ],
    remedy:
      "Give the 32 or 64 hex digits of each root key, with commas between, as the secretariat " +
      "publishes them.",
  });
}

/** The raw keys of a file as keys; others are told. */
export function rootKeysOf(content: EvidenceContent, problems: Problems): readonly NamedKey[] {
  return content.rootKeys.flatMap((raw) => {
    const keyId = keyIdOf(raw);
    try {
      return [{ keyId, publicKey: publicKeyOf(raw) }];
    } catch {
      problems.add(`data/roots/${keyId}.bin`, "is no root key");
      return [];
    }
  });
}

/** Of each set the keys that are in the file; one that is not there is told. */
export function namedKeys(
  content: EvidenceContent,
  sets: readonly RootSet[],
  problems: Problems,
): readonly (readonly NamedKey[])[] {
  const keys = rootKeysOf(content, problems);
  const digestOf = new Map(
    content.rootKeys.map((raw) => [keyIdOf(raw), hash("sha256", raw, "hex")] as const),
  );
  return sets.slice(0, EVIDENCE_LIMITS.rootSetsMax).map((set) =>
    set.flatMap((fingerprint) => {
      const found = keys.find(({ keyId }) => digestOf.get(keyId)?.startsWith(fingerprint));
      if (found === undefined) problems.add("data/roots", `lack the root key ${fingerprint}`);
      return found === undefined ? [] : [found];
    }),
  );
}
