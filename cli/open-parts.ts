import type { Outcome } from "#errors";
import { createSealer, loadSealingKey, type OpenedMessage } from "#trust";
import {
  type InspectedPart,
  type Inspection,
  inspectContent,
  type PlainMessage,
  parseDispatch,
} from "#wire";

/** A sealed part, opened or not. */
export interface OpenedPart {
  readonly name: string;
  readonly only_for?: string;
  readonly opened: boolean;
  /** What is inside, by the field names of the contract. */
  readonly content?: PlainMessage;
  /** What is inside, where it is no message of the contract. */
  readonly content_base64?: string;
  /** Closed code and words for why it could not be opened. */
  readonly code?: string;
  readonly why?: string;
}

/** What a key makes of a message. */
export interface Opening {
  /** The recipient whose key it is; absent when it opens nothing. */
  readonly recipient?: string;
  readonly parts: readonly OpenedPart[];
}

/**
 * Opens the sealed parts of a message with the key of one recipient (TP-CLI-8). Whatever is wrong
 * with the message is said of its parts; throws TracepostError KEY_FILE for the key alone.
 */
export async function openMessage(
  bytes: Uint8Array,
  found: Inspection,
  keyFile: string,
): Promise<Opening> {
  const { identity } = await loadSealingKey(keyFile);
  const { opened, recipient } = await tryRecipients(envelopeOf(bytes, found), found, identity);
  const sealed = found.parts.filter((part) => part.sealed);
  const parts = await Promise.all(sealed.map((part) => openedPart(part, opened, recipient)));
  return { ...(recipient === undefined ? {} : { recipient }), parts };
}

/** A dispatch carries the envelope as the gateway passed it on. */
function envelopeOf(bytes: Uint8Array, { form }: Inspection): Uint8Array {
  const parsed = form === "dispatch" ? parseDispatch(bytes) : undefined;
  return parsed?.ok === true ? parsed.value.dispatch.envelope : bytes;
}

interface Attempt {
  readonly opened: Outcome<OpenedMessage>;
  readonly recipient: string | undefined;
}

/** A key does not say whose it is: the message names who may open it. */
async function tryRecipients(
  envelope: Uint8Array,
  { header }: Inspection,
  identity: string,
): Promise<Attempt> {
  const recipients = Array.isArray(header?.recipients) ? header.recipients.map(String) : [];
  const refusal = {
    code: "NOT_ADDRESSED",
    field: "header.recipients",
    detail: "is empty",
  } as const;
  let best: Attempt = { opened: { ok: false, refusal }, recipient: undefined };
  const sealer = createSealer();
  try {
    for (const recipient of recipients) {
      const opened = await sealer.open({ envelope, recipient, identities: [identity] });
      if (opened.ok) return { opened, recipient };
      const isForeign = ["CANNOT_OPEN", "NOT_ADDRESSED"].includes(opened.refusal.code);
      if (!isForeign) return { opened, recipient: undefined };
      best = { opened, recipient: undefined };
    }
    return best;
  } finally {
    await sealer.close();
  }
}

async function openedPart(
  part: InspectedPart,
  opened: Outcome<OpenedMessage>,
  recipient: string | undefined,
): Promise<OpenedPart> {
  const { name, only_for: onlyFor, schema } = part;
  const named = { name, ...(onlyFor === undefined ? {} : { only_for: onlyFor }) };
  if (!opened.ok) {
    const { code, detail, field } = opened.refusal;
    return { ...named, opened: false, code, why: `${field} ${detail}`.trim() };
  }
  if (onlyFor !== undefined) {
    // The keys of the parts; they opened, or nothing else would have.
    if (onlyFor === recipient) return { ...named, opened: true };
    return { ...named, opened: false, code: "NOT_ADDRESSED", why: `is sealed to ${onlyFor}` };
  }
  const bytes = opened.value.parts.get(name);
  if (bytes === undefined) {
    return { ...named, opened: false, code: "MALFORMED", why: "is not there" };
  }
  const content = await inspectContent(schema, bytes);
  return content === undefined
    ? { ...named, opened: true, content_base64: Buffer.from(bytes).toString("base64") }
    : { ...named, opened: true, content };
}
