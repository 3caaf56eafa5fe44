/**
 * What the product needs of a carrier, declared by its users; `lib/bus` implements it over NATS
 * JetStream. The carrier is fast and fallible: a publish that was acknowledged may still be lost,
 * so nobody forgets a message because of it (docs/adr, "record before dispatch").
 */

/** A message as the carrier handed it over. */
export interface InboundMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** How often the carrier has handed it over, counted from 1. */
  readonly deliveries: number;
  /** Tells the carrier not to hand it over again. Not durable: effects stay idempotent. */
  ack(): void;
  /** Asks to hand it over again, after `delayMs` if given. */
  nak(delayMs?: number): void;
}

/** What is put on a subject. */
export interface Publication {
  readonly subject: string;
  readonly data: Uint8Array;
  /** `<message id>.<attempt>`: fresh for each attempt, so that a repeat is really carried. */
  readonly transportId: string;
}

/** An endless hand-over of one durable consumer's messages. */
export interface Consumption {
  /**
   * Whether the consumer gives signs of life. A connection that stands says nothing of it: behind
   * it a leaf may have lost its hub, or the consumer may be gone (TP-TLS-11).
   */
  readonly answering: boolean;
  /**
   * Asks for no more messages and waits until none is on its way; unacknowledged ones come back.
   */
  stop(): Promise<void>;
}

/** Something the carrier says about itself. */
export type TransportEvent =
  | { readonly type: "connected" | "disconnected" | "closed" }
  /** A consumer answers again that did not, on a connection that stood all the while. */
  | { readonly type: "restored" }
  | { readonly type: "permission-violation"; readonly detail: string }
  | { readonly type: "error"; readonly detail: string };

/** A connection to the carrier under one participant's or the gateway's credentials. */
export interface Transport {
  /**
   * Puts a message on its subject; resolves at the stream's acknowledgement. Throws TracepostError
   * TRANSPORT when none comes, when the stream is full, or when the right to publish is missing;
   * the caller tries again under a fresh transport id.
   */
  publish(publication: Publication): Promise<void>;
  /**
   * Hands every message of a durable consumer to `onMessage`, in order, at most
   * `unacknowledgedMax` of them unacknowledged. Survives reconnects and a missing consumer until
   * stopped. `onMessage` must not throw.
   */
  consume(
    stream: string,
    consumer: string,
    onMessage: (message: InboundMessage) => void,
  ): Promise<Consumption>;
  /** Whether the connection stands now. */
  readonly connected: boolean;
  /** Listens; returns how to stop listening. */
  onEvent(listener: (event: TransportEvent) => void): () => void;
  /** Sends what is held, then closes. */
  close(): Promise<void>;
}
