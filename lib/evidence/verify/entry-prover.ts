/** Log entries of a file, each proven under a checkpoint that the log has signed. */
import type { KeyObject } from "node:crypto";
import {
  isPostQuantumSigned,
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
  readonly #origin: string;
  readonly #keys: readonly KeyObject[];
  readonly #witnesses: WitnessSet;
  readonly #problems: Problems;
  readonly #checkpoints = new Map<number, CheckpointFinding>();
  /** Each note once, however many entries it proves; undefined: not signed by the log. */
  readonly #heads = new Map<string, TreeHead | undefined>();
  readonly #noted = new Set<string>();

  constructor(newest: RegisterView, problems: Problems) {
    this.#origin = newest.logOrigin;
    this.#keys = checkpointKeysOf(newest);
    this.#witnesses = newest.witnesses;
    this.#problems = problems;
  }

  /** Every checkpoint that something was proven under, the earliest first. */
  get checkpoints(): readonly CheckpointFinding[] {
    return [...this.#checkpoints.values()].toSorted((one, other) => one.size - other.size);
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
    this.#note(place, evidence.checkpoint, head);
    return {
      entry,
      index: Number(evidence.index),
      size: head.size,
      recordedAtMs: timestampMs(entry.recordedAt) ?? 0,
    };
  }

  #open(note: string): TreeHead | undefined {
    if (!this.#heads.has(note)) {
      this.#heads.set(note, openCheckpoint(note, this.#origin, this.#keys));
    }
    return this.#heads.get(note);
  }

  #note(place: string, note: string, head: TreeHead): void {
    const rootHash = Buffer.from(head.rootHash).toString("base64");
    const known = this.#checkpoints.get(head.size);
    if (known !== undefined && known.rootHash !== rootHash) {
      this.#problems.add(place, `the log has signed two roots for its size ${head.size}`);
      return;
    }
    if (this.#noted.has(note)) return;
    this.#noted.add(note);
    const { quorum, witnesses } = this.#witnesses;
    const found = {
      size: head.size,
      rootHash,
      isPostQuantumSigned: isPostQuantumSigned(note, this.#origin, this.#keys),
      witnesses: witnessesOf(note, witnesses),
      quorum,
      witnessesOf: witnesses.length,
    };
    const isMore = known === undefined || known.witnesses.length < found.witnesses.length;
    if (isMore) this.#checkpoints.set(head.size, found);
  }
}

/** Whether enough witnesses have cosigned it; never, where there are none. */
export function isCosigned({ quorum, witnesses }: CheckpointFinding): boolean {
  return quorum > 0 && witnesses.length >= quorum;
}
