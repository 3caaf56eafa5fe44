import { ParticipantStatus } from "#proto";
import type { Clock } from "#runtime";
import type { RegisterView } from "#trust";
import type { Transport } from "#wire";
import { type Consumption, gatewayConsumer, LANES, outStream, parseOutSubject } from "#wire";
import type { Passage } from "./passage.ts";

/** What the outboxes are read with. */
export interface OutboxConsumersDeps {
  readonly transport: Pick<Transport, "consume">;
  readonly clock: Clock;
  readonly push: (passage: Passage) => void;
}

/**
 * Reads the outboxes of everybody who takes part: one durable consumer for each participant and
 * lane. Follows the register: a new participant is read from then on, a removed one no more
 * (TP-RUN-6). A suspended one is read, and told that it is suspended.
 */
export class OutboxConsumers {
  readonly #deps: OutboxConsumersDeps;
  readonly #reading = new Map<string, readonly Consumption[]>();
  #following: Promise<void> = Promise.resolve();

  constructor(deps: OutboxConsumersDeps) {
    this.#deps = deps;
  }

  /** Reads whom this register has, and nobody else. Calls are worked off one after the other. */
  async follow(register: RegisterView): Promise<void> {
    const done = this.#following.catch(() => undefined).then(() => this.#followNow(register));
    this.#following = done;
    await done;
  }

  /** Ends all reading; what was handed over and not taken comes again at the next start. */
  async stop(): Promise<void> {
    await this.#following.catch(() => undefined);
    await Promise.all([...this.#reading.keys()].map((id) => this.#end(id)));
  }

  async #followNow(register: RegisterView): Promise<void> {
    const wanted = register.participants
      .filter(({ status }) => status !== ParticipantStatus.REMOVED)
      .map(({ id }) => id);
    const gone = [...this.#reading.keys()].filter((id) => !wanted.includes(id));
    const fresh = wanted.filter((id) => !this.#reading.has(id));
    await Promise.all([...gone.map((id) => this.#end(id)), ...fresh.map((id) => this.#begin(id))]);
  }

  async #begin(id: string): Promise<void> {
    const { clock, push, transport } = this.#deps;
    const consumptions = LANES.map((lane) =>
      transport.consume(outStream(id), gatewayConsumer(lane), (inbound) => {
        const address = parseOutSubject(inbound.subject);
        // The stream holds subjects of this participant alone; anything else is not a message.
        if (address === undefined || address.participant !== id) inbound.ack();
        else push({ inbound, address, receivedAtMs: clock.now() });
      }),
    );
    this.#reading.set(id, await Promise.all(consumptions));
  }

  async #end(id: string): Promise<void> {
    const consumptions = this.#reading.get(id) ?? [];
    this.#reading.delete(id);
    await Promise.all(consumptions.map((consumption) => consumption.stop()));
  }
}
