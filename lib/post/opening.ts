import type { Refusal } from "#errors";
import { Kind } from "#proto";
import { POST_LIMITS, Semaphore } from "#runtime";
import { isSealedKind, parseGapNotice, parseVoid } from "#wire";
import type { Examined } from "./examine.ts";
import type { ControlEffect, InboundToStore, Verdict } from "./inbox-procedures.ts";
import type { Incident } from "./incidents.ts";
import type { PostParts } from "./parts.ts";

/** A message examined, opened and judged; only the time of storing is missing. */
export type OpenedForStore = Omit<InboundToStore, "nowMs">;

type ExaminedMessage = Examined & { readonly type: "message" };

/**
 * Opens messages in the sealer's worker and has the application judge what is inside. Everything it
 * finds wrong is a verdict; it throws only for faults of this machine (TP-POST-12).
 */
export class InboundOpener {
  readonly #parts: PostParts;
  readonly #opening = new Semaphore(POST_LIMITS.openInFlightMax);

  constructor(parts: PostParts) {
    this.#parts = parts;
  }

  /** Opens and judges one message. */
  async open(item: ExaminedMessage): Promise<OpenedForStore> {
    const { message, proof } = item;
    const { header, headerDigest } = message;
    const found = await this.#judge(item);
    return {
      sender: header.sender,
      messageId: header.messageId,
      kind: header.kind,
      lane: header.lane,
      conversationId: header.conversationId,
      headerDigest,
      header: message.headerBytes,
      exchangeStatus: header.status,
      signedBy: message.envelope.signatures[0]?.keyId ?? "",
      envelope: message.bytes,
      evidence: proof?.bytes ?? null,
      recordedAtMs: proof?.recordedAtMs ?? 0,
      checkpoint: proof?.checkpoint ?? null,
      ...found,
    };
  }

  async #judge(item: ExaminedMessage): Promise<Found> {
    const { message, proof } = item;
    if (proof === undefined) {
      const refusal = item.refusal ?? { code: "NOT_LOGGED", field: "evidence" };
      return { place: null, verdict: reject(refusal), incidents: [incident(item, "NOT_LOGGED")] };
    }
    const { header } = message;
    if (header.kind === Kind.VOID || header.kind === Kind.GAP_NOTICE) {
      return { place: null, verdict: controlVerdict(item), incidents: [] };
    }
    if (!isSealedKind(header.kind)) {
      const clear = message.envelope.parts.map((part) => [part.name, part.content] as const);
      return { place: null, verdict: this.#ask(item, new Map(clear)), incidents: [] };
    }
    return await this.#openSealed(item);
  }

  async #openSealed(item: ExaminedMessage): Promise<Found> {
    const { sealer, participant: recipient, identities } = this.#parts;
    const envelope = item.message.bytes;
    const { recovery: to } = this.#parts;
    const own = to === undefined ? {} : { recovery: to };
    const opened = await this.#opening.run(() =>
      sealer.open({ envelope, recipient, identities: identities(), ...own }),
    );
    if (!opened.ok) {
      const isBinding = opened.refusal.code === "SEAL_BINDING";
      const incidents = isBinding ? [incident(item, "SEAL_BINDING")] : [];
      return { place: null, verdict: reject(opened.refusal), incidents };
    }
    const { keyPart, parts, recovery } = opened.value;
    const sequence = Number(keyPart.pairSequence);
    if (sequence < 1 || !Number.isSafeInteger(sequence)) {
      const refusal = { code: "MALFORMED", field: "key.pair_sequence" };
      return { place: null, verdict: reject(refusal), incidents: [] };
    }
    const place = { sequence, prevDigest: keyPart.prevPairDigest };
    const found = { place, verdict: this.#ask(item, parts), incidents: [], recovery };
    const seen = keyPart.seenCheckpoint;
    const begun = this.#parts.register().successions.at(-1)?.succession.registerVersion ?? 0n;
    // Sealed before the log that is kept now: its sender had seen another one (TP-SUCC-6).
    if (seen === undefined || item.message.header.registerVersion < begun) return found;
    return { ...found, seenBySender: { size: Number(seen.size), rootHash: seen.rootHash } };
  }

  #ask(item: ExaminedMessage, parts: ReadonlyMap<string, Uint8Array>): Verdict {
    const { header, headerDigest } = item.message;
    const recordedAtMs = item.proof?.recordedAtMs ?? 0;
    const judged = this.#parts.application.judge({ header, headerDigest, recordedAtMs, parts });
    return judged.ok ? { type: "take", effect: judged.value } : reject(judged.refusal);
  }
}

type Found = Pick<InboundToStore, "place" | "verdict" | "incidents" | "seenBySender" | "recovery">;

function reject(refusal: Pick<Refusal, "field"> & { readonly code: string }): Verdict {
  return { type: "reject", code: refusal.code, field: refusal.field };
}

function incident(item: ExaminedMessage, kind: Incident["kind"]): Incident {
  const { header, headerDigest: digest, bytes } = item.message;
  const { sender, messageId } = header;
  const detail = item.refusal === undefined ? "" : item.refusal.field;
  return { kind, digest, sender, messageId, sizeBytes: bytes.length, detail };
}

function controlVerdict({ message }: ExaminedMessage): Verdict {
  if (message.header.kind === Kind.VOID) {
    const parsed = parseVoid(message);
    if (!parsed.ok) return reject(parsed.refusal);
    const numbers = parsed.value.numbers.map(({ lane, pairSequence }) => ({
      lane,
      sequence: Number(pairSequence),
    }));
    return control(
      { type: "void", numbers },
      numbers.map((number) => number.sequence),
    );
  }
  const parsed = parseGapNotice(message);
  if (!parsed.ok) return reject(parsed.refusal);
  const missing = parsed.value.missing.map(({ lane, first, last }) => ({
    lane,
    first: Number(first),
    last: Number(last),
  }));
  return control(
    { type: "gap-notice", missing },
    missing.map((range) => range.last),
  );
}

function control(effect: ControlEffect, numbers: readonly number[]): Verdict {
  if (numbers.every((number) => Number.isSafeInteger(number))) {
    return { type: "control", control: effect };
  }
  return reject({ code: "MALFORMED", field: "body.numbers" });
}
