import { type Refusal, refuse } from "#errors";
import { Header, SeenCheckpoint } from "#proto";
import { POST_LIMITS, passCrashPoint, WIRE_LIMITS } from "#runtime";
import { isServedBy, type RecoveryPart, type RegisterView, type SealedParts } from "#trust";
import { assembleEnvelope, type BuiltPart, isSealedKind, signedBy, unsealedPart } from "#wire";
import { type ReadDraft, readDraft } from "./draft.ts";
import type {
  DraftRecipient,
  DraftToSeal,
  KnownCheckpoint,
  SealedMessage,
  UnsealableDraft,
} from "./outbox-procedures.ts";
import type { PostParts } from "./parts.ts";
import type { PumpTurn } from "./pump.ts";

/** A draft that a working sealer fails on so often will never be sealed. */
const SEAL_FAULTS_MAX = 5;

type SealResult =
  | { readonly ok: true; readonly sealed: SealedMessage }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Turns drafts into sealed, signed envelopes, in order within each pair: each key part names the
 * message before it. What is sealed is on disk before anybody sees it (TP-POST-3).
 */
export class SealingLoop {
  readonly #parts: PostParts;
  readonly #onSealed: () => void;
  readonly #faults = new Map<string, number>();

  constructor(parts: PostParts, onSealed: () => void) {
    this.#parts = parts;
    this.#onSealed = onSealed;
  }

  /** Seals one batch; under a register that has closed nothing, until the next one comes. */
  async turn(): Promise<PumpTurn> {
    const { store, clock, standing } = this.#parts;
    if (standing() === "closed") return {};
    const limit = POST_LIMITS.sealBatchMax;
    const { drafts, checkpoint } = await store.call("postDraftsToSeal", { limit });
    if (drafts.length === 0) return {};
    const results = await this.#sealAll(drafts, checkpoint);
    const sealed: SealedMessage[] = [];
    const unsealable: UnsealableDraft[] = [];
    let fault: unknown;
    for (const [position, result] of results.entries()) {
      const messageId = drafts[position]?.messageId ?? "";
      if (result.status === "rejected") fault ??= result.reason;
      else if (result.value.ok) sealed.push(result.value.sealed);
      else unsealable.push({ messageId, ...result.value.refusal });
    }
    if (sealed.length + unsealable.length > 0) {
      await store.call("postStoreSealed", { sealed, unsealable, nowMs: clock.now() });
      for (const _ of sealed) passCrashPoint("focal-point.sealed");
      this.#onSealed();
    }
    if (fault !== undefined) throw fault;
    return { more: drafts.length === limit };
  }

  /** Seals drafts of different pairs side by side, those of one pair one after the other. */
  async #sealAll(
    drafts: readonly DraftToSeal[],
    checkpoint: KnownCheckpoint | null,
  ): Promise<PromiseSettledResult<SealResult>[]> {
    const newest = new Map<string, Promise<Uint8Array>>();
    const work = drafts.map((draft) => {
      const chained = draft.recipients.map(async (recipient) => {
        const before = newest.get(pairKey(draft, recipient));
        const prevPairDigest = before === undefined ? recipient.prevPairDigest : await before;
        return { ...recipient, prevPairDigest };
      });
      const result = Promise.all(chained).then(async (recipients) => ({
        recipients,
        outcome: await this.#seal({ ...draft, recipients }, checkpoint),
      }));
      for (const [position, recipient] of draft.recipients.entries()) {
        // A VOID or GAP_NOTICE has no number: nothing names it as its predecessor.
        if (recipient.pairSequence === null) continue;
        const next = result.then(({ recipients, outcome }) =>
          outcome.ok
            ? outcome.sealed.headerDigest
            : (recipients[position]?.prevPairDigest ?? new Uint8Array()),
        );
        // A failure is reported by the draft itself; those that follow it fail with it.
        next.catch(() => {});
        newest.set(pairKey(draft, recipient), next);
      }
      return result.then(({ outcome }) => outcome);
    });
    return await Promise.allSettled(work);
  }

  async #seal(draft: DraftToSeal, checkpoint: KnownCheckpoint | null): Promise<SealResult> {
    const register = this.#parts.register();
    const content = readDraft(draft.draft);
    const header = { ...content.header, registerVersion: register.version };
    if (!isServedBy(this.#parts.standing(), Header.create(header))) {
      return { ok: false, refusal: refuse("REGISTER_EXPIRED", "register.expires_at") };
    }
    let parts: readonly BuiltPart[];
    let recovery: readonly RecoveryPart[] = [];
    if (isSealedKind(draft.kind)) {
      const prepared = await this.#sealParts(draft, { ...content, header }, checkpoint, register);
      if ("code" in prepared) return { ok: false, refusal: prepared };
      ({ parts, recovery } = prepared);
    } else {
      parts = content.parts.map(({ name, plaintext, schema, retentionClass }) =>
        unsealedPart(name, plaintext, schema, retentionClass),
      );
    }
    const { bytes, headerBytes, headerDigest } = await signedBy(this.#parts.signer(), (signer) =>
      assembleEnvelope({ header, parts }, signer),
    );
    if (bytes.length > WIRE_LIMITS.envelopeBytesMax) {
      return { ok: false, refusal: refuse("TOO_LARGE", "envelope") };
    }
    if (headerBytes.length > WIRE_LIMITS.headerBytesMax) {
      return { ok: false, refusal: refuse("TOO_LARGE", "header") };
    }
    const { messageId } = draft;
    return { ok: true, sealed: { messageId, envelope: bytes, headerDigest, recovery } };
  }

  async #sealParts(
    draft: DraftToSeal,
    content: ReadDraft,
    checkpoint: KnownCheckpoint | null,
    register: RegisterView,
  ): Promise<SealedParts | Refusal> {
    const { clock, sealer } = this.#parts;
    const seenCheckpoint =
      checkpoint === null
        ? {}
        : {
            seenCheckpoint: SeenCheckpoint.create({
              size: BigInt(checkpoint.size),
              rootHash: checkpoint.rootHash,
            }),
          };
    const recipients = [];
    for (const { recipient, pairSequence, prevPairDigest } of draft.recipients) {
      if (register.participant(recipient) === undefined) {
        return refuse("RECIPIENT_UNKNOWN", "header.recipients", recipient);
      }
      const sealingKey = register.sealingRecipient(recipient, clock.now());
      if (sealingKey === undefined) {
        return refuse("RECIPIENT_UNKNOWN", "register.sealing_keys", recipient);
      }
      const sequence = { pairSequence: BigInt(pairSequence ?? 0), prevPairDigest };
      recipients.push({ id: recipient, sealingKey, ...sequence, ...seenCheckpoint });
    }
    const { messageId, sender, conversationId, kind, registerVersion } = Header.create(
      content.header,
    );
    const binding = { messageId, sender, conversationId, kind, registerVersion };
    try {
      const { recovery } = this.#parts;
      const own = recovery === undefined ? {} : { recovery };
      const sealed = await sealer.seal({ binding, parts: content.parts, recipients, ...own });
      this.#faults.delete(draft.messageId);
      return sealed;
    } catch (caught) {
      const faults = (this.#faults.get(messageId) ?? 0) + 1;
      this.#faults.set(messageId, faults);
      // A fault of the machine passes; one of the draft does not, and must not hold up its pair.
      if (faults < SEAL_FAULTS_MAX || !(await this.#isSealerWell())) throw caught;
      this.#faults.delete(messageId);
      this.#parts.logger.error({ err: caught, messageId }, "a draft cannot be sealed");
      return refuse("MALFORMED", "draft", "cannot be sealed");
    }
  }

  /** Whether the sealer does its work: it says no to nothing at all. */
  async #isSealerWell(): Promise<boolean> {
    const { sealer, participant: recipient } = this.#parts;
    const nothing = { envelope: new Uint8Array(), recipient, identities: [] };
    return await sealer.open(nothing).then(
      () => true,
      () => false,
    );
  }
}

function pairKey(draft: DraftToSeal, recipient: DraftRecipient): string {
  return `${recipient.recipient}/${draft.lane}`;
}
