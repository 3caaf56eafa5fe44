import { askWitness, type WitnessReply, witnessesOf } from "#message-log";
import { type Clock, type Database, LOG_LIMITS, type Logger, Rounds } from "#runtime";
import type { CurrentRegister, RegisteredWitness } from "#trust";
import type { CheckpointKeeper, SignedHead } from "./checkpoint-keeper.ts";
import type { Duty } from "./instances/duty.ts";
import type { CosignedHead } from "./store/cosigned.ts";
import type { GatewayProcedures } from "./store.ts";

/** What the collector works with. */
export interface WitnessCollectorDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly register: CurrentRegister;
  readonly checkpoints: Pick<CheckpointKeeper, "published">;
  readonly duty: Duty;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Has the witnesses of the register cosign the newest kept checkpoint (TP-LOG-19), all at the same
 * time, beside everything else: no receipt waits for it. With a quorum it is kept as cosigned; a
 * witness that knows another log is told to the operator.
 */
export class WitnessCollector {
  readonly #deps: WitnessCollectorDeps;
  /** By name of a witness: the size it has cosigned last, as far as it is known. */
  readonly #known = new Map<string, number>();
  readonly #rounds = new Rounds(LOG_LIMITS.witnessPeriodMs, () => this.ask());
  #cosigned: CosignedHead | undefined;

  constructor(deps: WitnessCollectorDeps) {
    this.#deps = deps;
  }

  /** The newest checkpoint with a quorum, if any. */
  get cosigned(): CosignedHead | undefined {
    return this.#cosigned;
  }

  /** Reads what is kept, and asks from time to time. */
  async start(): Promise<void> {
    this.#cosigned = (await this.#deps.store.call("loadCosigned", undefined)) ?? undefined;
    this.#rounds.start();
  }

  /** Takes over a later one that another instance has had cosigned (TP-INST-5). */
  async follow(size: number): Promise<void> {
    if (size <= (this.#cosigned?.size ?? 0)) return;
    this.#cosigned = (await this.#deps.store.call("loadCosigned", undefined)) ?? undefined;
  }

  /** Ends after the round that is under way. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
  }

  /** One round. Never throws: what goes wrong is tried again. */
  async ask(): Promise<void> {
    const { checkpoints, duty, logger, register } = this.#deps;
    if (!duty.isMine) return;
    const { quorum, witnesses } = register.view().witnesses;
    const head = checkpoints.published;
    const isDone = head === undefined || head.size === 0 || head.size === this.#cosigned?.size;
    if (witnesses.length === 0 || isDone) return;
    try {
      const asked = witnesses.filter(({ url }) => url !== "");
      const lines = await Promise.all(asked.map((witness) => this.#lineIfAny(witness, head)));
      const note = head.note + lines.join("");
      if (witnessesOf(note, witnesses).length < quorum) return;
      const cosigned = { size: head.size, note, cosignedAtMs: this.#deps.clock.now() };
      await this.#deps.store.call("keepCosigned", cosigned);
      this.#cosigned = cosigned;
    } catch (caught) {
      logger.error({ err: caught }, "the witnesses could not be asked; it is tried again");
    }
  }

  /** What fails with one witness takes no other's line away. */
  async #lineIfAny(witness: RegisteredWitness, head: SignedHead): Promise<string> {
    try {
      return await this.#lineOf(witness, head);
    } catch (caught) {
      const { logger } = this.#deps;
      logger.error({ err: caught, witness: witness.name }, "a witness could not be asked");
      return "";
    }
  }

  /** Its line under the checkpoint; empty when it gave none. */
  async #lineOf(witness: RegisteredWitness, head: SignedHead): Promise<string> {
    let reply = await this.#askFrom(witness, head, this.#known.get(witness.name) ?? 0);
    if (reply.type === "elsewhere") {
      if (reply.size > head.size) return await this.#refusedBy(witness, head, reply.size);
      this.#known.set(witness.name, reply.size);
      reply = await this.#askFrom(witness, head, reply.size);
    }
    if (reply.type === "refused") return await this.#refusedBy(witness, head, head.size);
    if (reply.type !== "cosigned") {
      const why = reply.type === "silent" ? reply.why : "its size changes meanwhile";
      this.#deps.logger.warn({ witness: witness.name, why }, "a witness gave no cosignature");
      return "";
    }
    this.#known.set(witness.name, head.size);
    return reply.line;
  }

  async #askFrom(
    witness: RegisteredWitness,
    head: SignedHead,
    oldSize: number,
  ): Promise<WitnessReply> {
    const sizes = { size1: oldSize, size2: head.size };
    const proof = oldSize === 0 ? [] : await this.#deps.store.call("logConsistency", sizes);
    return await askWitness(witness, { oldSize, proof, checkpoint: head.note });
  }

  /** It has cosigned another log, or more of this one than is here: an older store was restored. */
  async #refusedBy(witness: RegisteredWitness, head: SignedHead, size: number): Promise<string> {
    const { clock, logger, store } = this.#deps;
    const { name, participant } = witness;
    // A checkpoint may be newer by now than the one that was asked about.
    const { size: reached } = await store.call("logHead", undefined);
    if (size > head.size && size <= reached) return "";
    logger.error({ witness: name, size, ours: reached }, "A WITNESS KNOWS ANOTHER LOG THAN THIS");
    await store.call("noteForkedLog", { participant, witness: name, nowMs: clock.now() });
    return "";
  }
}
