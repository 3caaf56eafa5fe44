/** Registers and policies of a file, and who of the reader's root keys has signed them. */

import { TracepostError } from "#errors";
import { openPolicy } from "#policy";
import {
  type CompromisedKey,
  compromisedKeys,
  majorityOf,
  openOrThrow,
  type RegisterView,
  type VerifiedRegister,
} from "#trust";
import type { EvidenceContent, EvidenceVersion } from "../evidence-content.ts";
import type { Problems } from "./problems.ts";
import { type NamedKey, namedKeys, type RootSet, rootKeysOf } from "./root-sets.ts";

/** A version that opens. */
export interface OpenedVersion<T> {
  readonly of: EvidenceVersion;
  readonly value: T;
  /** Ids of named root keys; empty: only keys of the file itself vouch for it. */
  readonly rootKeys: readonly string[];
}

/** Registers and policies by their version, as far as they open. */
export interface SignedVersions {
  readonly registers: ReadonlyMap<number, OpenedVersion<RegisterView>>;
  readonly policies: ReadonlyMap<number, OpenedVersion<undefined>>;
  /** Root keys that the reader named, a set for each time. */
  readonly named: readonly (readonly NamedKey[])[];
  /** Keys that the newest register says others may have had, and since when. */
  readonly compromised: readonly CompromisedKey[];
}

/** A register of a file under some root keys; undefined where they have not signed it. */
export function registerUnder(
  bytes: Uint8Array,
  keys: readonly NamedKey[],
): VerifiedRegister | undefined {
  try {
    return openOrThrow(
      bytes,
      "register",
      keys.map(({ publicKey }) => publicKey),
    );
  } catch (caught) {
    if (caught instanceof TracepostError) return undefined;
    throw caught;
  }
}

type Open<T> = (bytes: Uint8Array, keys: readonly NamedKey[]) => T | undefined;

/** Opens them, under the named root keys, or else under the keys of the file (TP-EVID-5). */
export function openVersions(
  content: EvidenceContent,
  sets: readonly RootSet[],
  problems: Problems,
): SignedVersions {
  const trust = {
    named: namedKeys(content, sets, problems),
    claimed: rootKeysOf(content, problems),
    problems,
  };
  const register: Open<{ version: bigint; register: VerifiedRegister }> = (bytes, keys) => {
    const opened = registerUnder(bytes, keys);
    return opened && { version: opened.view.version, register: opened };
  };
  const policy: Open<{ version: bigint }> = (bytes, keys) => {
    const opened = openPolicy(bytes, majorityOf(keys.map(({ publicKey }) => publicKey)));
    return opened.ok ? { version: opened.value.policy.version } : undefined;
  };
  const policies = openAll(content.policies, "data/policies", policy, trust);
  const registers = openAll(content.registers, "data/registers", register, trust);
  const newest = [...registers.values()].at(-1)?.value.register;
  return {
    named: trust.named,
    registers: new Map(
      [...registers].map(([at, one]) => [at, { ...one, value: one.value.register.view }]),
    ),
    compromised:
      newest === undefined ? [] : compromisedKeys(newest.view, newest.state?.taken?.entries),
    policies: new Map([...policies].map(([at, one]) => [at, { ...one, value: undefined }])),
  };
}

interface Trust {
  readonly named: readonly (readonly NamedKey[])[];
  readonly claimed: readonly NamedKey[];
  readonly problems: Problems;
}

function openAll<T extends { readonly version: bigint }>(
  versions: readonly EvidenceVersion[],
  folder: string,
  open: Open<T>,
  { claimed, named, problems }: Trust,
): Map<number, OpenedVersion<T>> {
  const opened = new Map<number, OpenedVersion<T>>();
  const each = claimed.map((key) => [key]);
  for (const of of versions) {
    const place = `${folder}/${of.version}.bin`;
    const vouched = firstThatOpens(of.bytes, named, open);
    const value = (vouched ?? firstThatOpens(of.bytes, each, open))?.value;
    if (value === undefined) {
      problems.add(place, "is not signed by root keys");
    } else if (value.version !== BigInt(of.version)) {
      problems.add(place, `is of version ${value.version}`);
    } else {
      const signers = (vouched?.keys ?? []).filter((key) => open(of.bytes, [key]) !== undefined);
      const rootKeys = signers.map(({ keyId }) => keyId);
      if (named.length > 0 && vouched === undefined) {
        problems.add(place, "is not signed by most root keys of any set that was given");
      }
      opened.set(of.version, { of, value, rootKeys });
    }
  }
  return opened;
}

/** The first set of keys that have signed it, with what they have signed. */
function firstThatOpens<T>(
  bytes: Uint8Array,
  sets: readonly (readonly NamedKey[])[],
  open: Open<T>,
): { readonly keys: readonly NamedKey[]; readonly value: T } | undefined {
  for (const keys of sets) {
    const value = keys.length === 0 ? undefined : open(bytes, keys);
    if (value !== undefined) return { keys, value };
  }
  return undefined;
}
