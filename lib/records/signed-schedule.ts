import type { KeyObject } from "node:crypto";
import { accepted, type Outcome, refused, TracepostError } from "#errors";
import { ScheduleVersion, SignedSchedule } from "#proto";
import { RECORDS_LIMITS } from "#runtime";
import {
  checkRootSignatures,
  PAYLOAD_TYPES,
  type RootSigned,
  type RootSigners,
  rootsThatSigned,
  type SigningKeyPair,
  withRootSignature,
} from "#trust";
import { decodeExactly, sha256, timestampMs } from "#wire";
import { parseSchedule } from "./parse-schedule.ts";
import type { RetentionSchedule } from "./schedule.ts";
import { ScheduleHistory } from "./schedule-history.ts";

/** A schedule whose signatures and text were checked. */
export interface VerifiedSchedule {
  readonly schedule: RetentionSchedule;
  readonly issuedAtMs: number;
  readonly reason: string;
}

/** A schedule file, whoever has signed it. */
export interface ScheduleFile {
  readonly signed: SignedSchedule;
  readonly version: ScheduleVersion;
}

/** Encodes a version of the schedule, signed by nobody yet (TP-RET-7). */
export function draftSchedule(version: ScheduleVersion): Uint8Array {
  const schedule = ScheduleVersion.encode(version).finish();
  return SignedSchedule.encode({ schedule, signatures: [] }).finish();
}

/** Adds a signature of a root key; that of a key that has signed already is replaced. */
export function addScheduleSignature(file: Uint8Array, root: SigningKeyPair): Uint8Array {
  const signed = SignedSchedule.decode(file);
  const signatures = withRootSignature(rootSigned(signed), root);
  return SignedSchedule.encode({ ...signed, signatures }).finish();
}

/** Ids of the root keys that have signed a schedule file. */
export function scheduleSignatures(file: ScheduleFile, keys: readonly KeyObject[]): string[] {
  return rootsThatSigned(rootSigned(file.signed), keys);
}

function rootSigned({ schedule, signatures }: SignedSchedule): RootSigned {
  return { type: PAYLOAD_TYPES.retentionSchedule, payload: schedule, signatures };
}

/**
 * Reads a schedule file without asking who signed it: MALFORMED or TOO_LARGE. For who is about to
 * sign it, and for looking at one.
 */
export function parseScheduleFile(bytes: Uint8Array): Outcome<ScheduleFile> {
  if (bytes.length > RECORDS_LIMITS.scheduleFileBytesMax) {
    const detail = `over ${RECORDS_LIMITS.scheduleFileBytesMax} bytes`;
    return refused("TOO_LARGE", "schedule", detail);
  }
  const signed = decodeExactly(SignedSchedule, bytes);
  const version = signed && decodeExactly(ScheduleVersion, signed.schedule);
  if (signed === undefined || version === undefined) {
    return refused("MALFORMED", "schedule", "is not encoded as we do");
  }
  if (version.version < 1n || version.version > BigInt(Number.MAX_SAFE_INTEGER)) {
    return refused("MALFORMED", "schedule.version", "begins at 1");
  }
  if (timestampMs(version.issuedAt) === undefined) {
    return refused("MALFORMED", "schedule.issued_at", "is missing");
  }
  return accepted({ signed, version });
}

/**
 * Verifies and reads a schedule (TP-RET-7): enough root keys have signed these bytes, and the text
 * is a schedule. SIGNATURE_INVALID, TOO_LARGE or MALFORMED with the first problem; never half a
 * schedule. Whether its version is higher is for the caller to judge.
 */
export function openSchedule(bytes: Uint8Array, signers: RootSigners): Outcome<VerifiedSchedule> {
  const parsed = parseScheduleFile(bytes);
  if (!parsed.ok) return parsed;
  const { signed, version } = parsed.value;
  const refusal = checkRootSignatures(rootSigned(signed), signers, "schedule.signatures");
  if (refusal !== undefined) return { ok: false, refusal };
  const read = parseSchedule(version.text, Number(version.version));
  if (!read.ok) {
    const [{ field, rule } = { field: "", rule: "" }] = read.problems;
    return refused("MALFORMED", "schedule.text", `${field} ${rule}`);
  }
  const issuedAtMs = timestampMs(version.issuedAt) ?? 0;
  return accepted({ schedule: read.value, issuedAtMs, reason: version.reason });
}

/** A version of the schedule as a store keeps it. */
export interface KeptSchedule {
  readonly version: number;
  /** The file as signed. */
  readonly schedule: Uint8Array;
}

/** The history read last: what was read once is not read in each transaction. */
let last: { readonly of: string; readonly history: ScheduleHistory } | undefined;

/**
 * The history of what a store keeps, for reckoning beside the data. Each version was verified when
 * it was taken. Throws TracepostError INTERNAL for one that cannot be read.
 */
export function readSchedules(kept: readonly KeptSchedule[]): ScheduleHistory {
  const of = kept.map(({ schedule }) => Buffer.from(sha256(schedule)).toString("hex")).join();
  if (last?.of !== of) last = { of, history: historyOf(kept) };
  return last.history;
}

function historyOf(kept: readonly KeptSchedule[]): ScheduleHistory {
  return new ScheduleHistory(
    kept.map(({ schedule, version }) => {
      const file = parseScheduleFile(schedule);
      const read = file.ok ? parseSchedule(file.value.version.text, version) : undefined;
      if (read?.ok) return read.value;
      throw new TracepostError("INTERNAL", `schedule ${version} in the store cannot be read`);
    }),
  );
}
