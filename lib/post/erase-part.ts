import { Envelope, Header } from "#proto";
import type { Transaction } from "#runtime";

/** Parts that hold personal data, and the key that opens them. */
const PERSON_PARTS: readonly string[] = ["persons", "key/persons"];

/** A message kept here. */
export interface KeptMessage {
  readonly sender: string;
  readonly messageId: string;
  /** Whether it is one of ours, in the outbox. */
  readonly isOwn: boolean;
}

/**
 * Takes personal data out of a message kept by the post, in the transaction of the caller
 * (TP-PERS-7): the plaintext of a draft, and the sealed part with its key part, so that no key of
 * ours opens it any more. Header and signature stay: they prove what was exchanged and name nobody.
 * A message of ours that is still under way keeps its sealed bytes, which we cannot open.
 */
export async function erasePersonsPart(tx: Transaction, message: KeptMessage): Promise<void> {
  const { isOwn, messageId, sender } = message;
  await tx.run(
    "DELETE FROM post_recovery WHERE sender = ? AND message_id = ? AND part = 'persons'",
    isOwn ? "" : sender,
    messageId,
  );
  if (!isOwn) {
    const row = await tx.get<{ envelope: Uint8Array }>(
      "SELECT envelope FROM post_inbox WHERE sender = ? AND message_id = ?",
      sender,
      messageId,
    );
    if (row === undefined) return;
    await tx.run(
      "UPDATE post_inbox SET envelope = ? WHERE sender = ? AND message_id = ?",
      withoutPersons(row.envelope),
      sender,
      messageId,
    );
    return;
  }
  const row = await tx.get<{
    state: string;
    draft: Uint8Array | null;
    envelope: Uint8Array | null;
  }>("SELECT state, draft, envelope FROM post_outbox WHERE message_id = ?", messageId);
  if (row === undefined) return;
  if (row.state === "draft") {
    // What is not sealed yet would be sealed without the part its header promises. An empty key in
    // the place of the one that sealing brings keeps that from being kept (TP-RECOVER-2).
    await tx.run(
      `INSERT INTO post_recovery (sender, message_id, part, key)
       VALUES ('', ?, 'persons', x'')`,
      messageId,
    );
    return;
  }
  const hasEnded = row.state !== "sealed" && row.state !== "accepted";
  const { draft, envelope } = row;
  await tx.run(
    "UPDATE post_outbox SET draft = ?, envelope = ? WHERE message_id = ?",
    draft === null ? null : withoutPersons(draft),
    envelope === null || !hasEnded ? envelope : withoutPersons(envelope),
    messageId,
  );
}

/** The envelope with empty parts in the places of those that hold personal data. */
function withoutPersons(bytes: Uint8Array): Uint8Array {
  const envelope = Envelope.decode(bytes);
  const names = Header.decode(envelope.header).parts.map(({ name }) => name);
  const parts = envelope.parts.map((part, index) => {
    const name = part.name === "" ? names[index] : part.name;
    return PERSON_PARTS.includes(name ?? "") ? { ...part, content: new Uint8Array() } : part;
  });
  return Envelope.encode({ ...envelope, parts }).finish();
}
