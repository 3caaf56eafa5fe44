import {
  type LogKey,
  type LogWitnessSet,
  type ParticipantGroup,
  RegisterBundle,
  RegisterEntry,
  RegisterManifest,
  type RootKeySet,
  type SignedLogSuccession,
  type SigningKey,
} from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { encodeMessage, sha256, toTimestamp } from "#wire";
import type { OpenedManifest } from "./manifest.ts";
import { merkleRoot } from "./merkle-root.ts";

/** What a version of the register is to say. */
export interface RegisterDraft {
  /** The version it follows; undefined: it is version 1. */
  readonly previous: OpenedManifest | undefined;
  readonly issuedAtMs: number;
  /** Default 7 days. */
  readonly lifeMs?: number;
  readonly logOrigin: string;
  readonly entries: readonly RegisterEntry[];
  readonly roots: RootKeySet;
  readonly gatewayKeys: readonly SigningKey[];
  readonly freshnessKeys: readonly SigningKey[];
  readonly groups: readonly ParticipantGroup[];
  /** Post-quantum keys of the log. Default: none. */
  readonly logKeys?: readonly LogKey[];
  /** Who watches the log. Default: nobody. */
  readonly witnesses?: LogWitnessSet | undefined;
  /** How the log came to its name. Default: it has had no other. */
  readonly logSuccessions?: readonly SignedLogSuccession[];
}

/**
 * Writes the manifest of a version, unsigned, with all its entries (TP-REG-1, TP-REG-4). Does not
 * check what it says: that is found by taking it.
 */
export function draftRegister(draft: RegisterDraft): RegisterBundle {
  const entries = draft.entries
    .toSorted((left, right) => (idOf(left) < idOf(right) ? -1 : 1))
    .map((entry) => encodeMessage(RegisterEntry, entry));
  const entryDigests = entries.map(sha256);
  const manifest = encodeMessage(
    RegisterManifest,
    RegisterManifest.create({
      version: (draft.previous?.manifest.version ?? 0n) + 1n,
      issuedAt: toTimestamp(draft.issuedAtMs),
      expiresAt: toTimestamp(draft.issuedAtMs + (draft.lifeMs ?? REGISTER_LIMITS.manifestLifeMs)),
      logOrigin: draft.logOrigin,
      entryCount: entries.length,
      entriesRoot: merkleRoot(entryDigests),
      previousSha256: draft.previous?.digest ?? new Uint8Array(0),
      roots: draft.roots,
      gatewayKeys: [...draft.gatewayKeys],
      freshnessKeys: [...draft.freshnessKeys],
      groups: [...draft.groups],
      logKeys: [...(draft.logKeys ?? [])],
      witnesses: draft.witnesses,
      logSuccessions: [...(draft.logSuccessions ?? [])],
    }),
  );
  const manifests = [{ manifest, signatures: [] }];
  return RegisterBundle.create({ manifests, entryDigests, entries });
}

function idOf(entry: RegisterEntry): string {
  return entry.participant?.id ?? "";
}
