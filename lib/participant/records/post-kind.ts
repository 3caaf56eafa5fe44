import { eraseMessages, type KeptPostMessage, keptMessages } from "#post";
import { classifyMessage } from "#records";
import type { Transaction } from "#runtime";
import { RowEraser } from "./erase-rows.ts";
import type { Erased, ErasedMessage, ItemFacts, ItemPart, RecordKind } from "./record-kind.ts";

/** What holds are held against, of messages. */
export function heldFacts(messages: readonly KeptPostMessage[]): ItemFacts["messages"] {
  return messages.map(({ atMs, conversationId, kind, messageId, recipients, sender }) => {
    return { sender, messageId, recipients, conversationId, kind, recordedAtMs: atMs };
  });
}

/**
 * Classes that the messages of a conversation bring to what was made of them, each once: a body
 * that its sender chose to have kept for longer keeps it all. Names of persons and keys have ends
 * of their own, and lengthen nothing.
 */
export function partsOf(name: string, messages: readonly KeptPostMessage[]): ItemPart[] {
  const parts = messages.flatMap(({ header }) => {
    if (header === undefined) return [];
    const own = classifyMessage(header);
    const bodies = own.parts.filter((part) => !OWN_END.has(part.class));
    return [{ class: own.class }, ...bodies];
  });
  const known = new Map<string, ItemPart>();
  for (const part of parts) {
    const { class: one, atLeastAs } = { atLeastAs: undefined, ...part };
    known.set(`${one} ${atLeastAs}`, { name, class: one, atLeastAs });
  }
  return [...known.values()];
}

const OWN_END: ReadonlySet<string> = new Set(["persons", "transport"]);

/** Instruments that the messages rely on. */
export function instrumentsOf(messages: readonly KeptPostMessage[]): string[] {
  const named = messages.flatMap(({ header }) =>
    header === undefined ? [] : classifyMessage(header).instruments,
  );
  return [...new Set(named)];
}

/** Erases messages with what was made of them; their ids and digests stay. */
export async function erasePost(
  tx: Transaction,
  messages: readonly KeptPostMessage[],
  eraser: RowEraser,
): Promise<ErasedMessage[]> {
  for (const { bytes, headerDigest, messageId, sender } of messages) {
    eraser.add("message", { sender, message_id: messageId, header_digest: headerDigest });
    eraser.count(bytes);
  }
  await eraseMessages(tx, messages);
  return messages.map(({ headerDigest, messageId, sender }) => {
    return { sender, messageId, headerDigest };
  });
}

/** A conversation of which nothing was made, such as one whose messages were all rejected. */
export const POST_KIND: RecordKind = {
  async load(tx, key) {
    const messages = await keptMessages(tx, { conversationId: key });
    return messages.length === 0 ? undefined : postFacts(`messages of ${key}`, messages);
  },
  async erase(tx, key) {
    return await eraseAll(tx, await keptMessages(tx, { conversationId: key }));
  },
};

/** Messages of no conversation, such as voids and gap notices, day by day. */
export function postDayKind(isOwn: boolean): RecordKind {
  const ofDay = async (tx: Transaction, key: string): Promise<KeptPostMessage[]> => {
    const messages = await keptMessages(tx, dayOf(key));
    return messages.filter((message) => message.isOwn === isOwn);
  };
  return {
    async load(tx, key) {
      const messages = await ofDay(tx, key);
      const subject = `messages of no case, ${key.split(" ")[1]}`;
      return messages.length === 0 ? undefined : postFacts(subject, messages);
    },
    async erase(tx, key) {
      return await eraseAll(tx, await ofDay(tx, key));
    },
  };
}

function postFacts(subject: string, messages: readonly KeptPostMessage[]): ItemFacts {
  const times = messages.map(({ atMs }) => atMs);
  const parts = partsOf("messages", messages);
  return {
    subject,
    class: parts[0]?.class ?? "trace",
    instruments: instrumentsOf(messages),
    triggers: { RECORDED: Math.min(...times), LAST_MESSAGE: Math.max(...times) },
    parts: parts.length === 0 ? [{ name: "messages", class: "trace" }] : parts,
    messages: heldFacts(messages),
    isOpen: messages.some(({ isOpen }) => isOpen),
  };
}

async function eraseAll(tx: Transaction, messages: readonly KeptPostMessage[]): Promise<Erased> {
  const eraser = new RowEraser(tx);
  const gone = await erasePost(tx, messages, eraser);
  return { parts: [eraser.erased()], messages: gone };
}

/** The day that the key of an item names, such as `post_inbox 2026-02-02`. */
export function dayOf(key: string): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = Date.parse(`${key.split(" ")[1]}T00:00:00Z`);
  return { fromMs, toMs: fromMs + DAY_MS };
}

const DAY_MS = 24 * 60 * 60 * 1_000;
