/** Log entries of a file, each proven under a checkpoint that the log has signed. */
import type { KeyObject } from "node:crypto";
import {
  isPostQuantumSigned,
  logNames,
  logOfCheckpoint,
  logPlaceOf,
  openCheckpoint,
  parseEvidence,
  proveEvidence,
  type TreeHead,
  witnessesOf,
} from "#message-log";
import type { LogEntry, LogEvidence } from "#proto";
import { checkpointKeysOf, type RegisterView, type WitnessSet } from "#trust";
import { timestampMs } from "#wire";
import type { Problems } from "./problems.ts";
import type { CheckpointFinding } from "./report.ts";

/** An entry that is in the log. */
export interface ProvenEntry {
  readonly entry: LogEntry;
  readonly index: number;
  /** Size of the tree that proves it. */
  readonly size: number;
  readonly recordedAtMs: number;
}

/** Proves entries by what the newest register of a file says of the log (TP-EVID-6). */
export class EntryProver {
  readonly #register: RegisterView;
  readonly #keys: readonly KeyObject[];
  readonly #witnesses: WitnessSet;
  readonly #problems: Problems;
  /** By log and size. */
  readonly #checkpoints = new Map<string, CheckpointFinding>();
  readonly #afterEnd = new Set<string>();
  /** Each note once, however many entries it proves; undefined: not signed by the log. */
  readonly #heads = new Map<string, TreeHead | undefined>();
  readonly #noted = new Set<string>();

  constructor(newest: RegisterView, problems: Problems) {
    this.#register = newest;
    this.#keys = checkpointKeysOf(newest);
    this.#witnesses = newest.witnesses;
    this.#problems = problems;
  }

  /** Every checkpoint that something was proven under, the earliest first. */
  get checkpoints(): readonly CheckpointFinding[] {
    const names = logNames(this.#register);
    return [...this.#checkpoints.values()].toSorted((one, other) => {
      return names.indexOf(one.log) - names.indexOf(other.log) || one.size - other.size;
    });
  }

  /** What was recorded in a log beyond its end, in words (TP-SUCC-9). */
  get afterEnd(): readonly string[] {
    return [...this.#afterEnd];
  }

  /** Proves what a proof file says; undefined, and told, when it does not hold. */
  prove(place: string, proof: string): ProvenEntry | undefined {
    const parsed = parseEvidence(proof);
    if (parsed.ok) return this.proveEvidence(place, parsed.value);
    this.#problems.add(place, `${parsed.refusal.field} ${parsed.refusal.detail}`);
    return undefined;
  }

  /** The same for evidence as it travels inside a receipt. */
  proveEvidence(place: string, evidence: LogEvidence): ProvenEntry | undefined {
    const proven = proveEvidence(evidence, (note) => this.#open(note));
    if (!proven.ok) {
      const { detail, field } = proven.refusal;
      this.#problems.add(place, `is not proven to be in the log: ${field} ${detail}`);
      return undefined;
    }
    const { entry, head } = proven.value;
    const { isAfterEnd, log } = logPlaceOf(evidence, this.#register);
    this.#note(place, evidence.checkpoint, { log, head });
    if (isAfterEnd) this.#afterEnd.add(`entry ${evidence.index} of ${log}`);
    return {
      entry,
      index: Number(evidence.index),
      size: head.size,
      recordedAtMs: timestampMs(entry.recordedAt) ?? 0,
    };
  }

  /** A checkpoint by itself; undefined, and told, when the log has not signed it. */
  openCheckpoint(
    place: string,
    note: string,
  ): { readonly head: TreeHead; readonly log: string } | undefined {
    const head = this.#open(note);
    if (head === undefined) {
      this.#problems.add(place, "is no checkpoint that the log has signed");
      return undefined;
    }
    const log = logOfCheckpoint(note, this.#register);
    this.#note(place, note, { log, head });
    return { head, log };
  }

  #open(note: string): TreeHead | undefined {
    if (!this.#heads.has(note)) {
      const origin = logOfCheckpoint(note, this.#register);
      this.#heads.set(note, openCheckpoint(note, origin, this.#keys));
    }
    return this.#heads.get(note);
  }

  #note(
    place: string,
    note: string,
    { head, log }: { readonly head: TreeHead; readonly log: string },
  ): void {
    const rootHash = Buffer.from(head.rootHash).toString("base64");
    const at = `${log} ${head.size}`;
    const known = this.#checkpoints.get(at);
    if (known !== undefined && known.rootHash !== rootHash) {
      this.#problems.add(place, `the log has signed two roots for its size ${head.size}`);
      return;
    }
    if (this.#noted.has(note)) return;
    this.#noted.add(note);
    const { quorum, witnesses } = this.#witnesses;
    const found = {
      log,
      size: head.size,
      rootHash,
      isPostQuantumSigned: isPostQuantumSigned(note, log, this.#keys),
      witnesses: witnessesOf(note, witnesses),
      quorum,
      witnessesOf: witnesses.length,
    };
    const isMore = known === undefined || known.witnesses.length < found.witnesses.length;
    if (isMore) this.#checkpoints.set(at, found);
  }
}

/** Whether enough witnesses have cosigned it; never, where there are none. */
export function isCosigned({ quorum, witnesses }: CheckpointFinding): boolean {
  return quorum > 0 && witnesses.length >= quorum;
}
