import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { RECOVERABLE_SQL, type RecoverableMessage, readRecoverable } from "#post";
import { Envelope, Header } from "#proto";
import { isMessageId, type Transaction } from "#runtime";
import { openOwnCopy } from "#trust";
import { equalBytes, headerDigest, inspectContent, isParticipantId } from "#wire";

/** Which own copies are opened, with what, and where to. */
export interface CopiesOrder {
  /** The State recovery key. */
  readonly identity: string;
  /** Folder of the files. */
  readonly out: string;
  /** Whose store it is. */
  readonly participant: string;
  /** Id of the one message that is wanted; all of them without it. */
  readonly wanted: string | undefined;
}

/** What came of it, one for each message. */
export interface OpenedCopies {
  /** Files written. */
  readonly files: readonly string[];
  /** Files that were there before, and stay as they are. */
  readonly present: readonly string[];
  /** Messages that do not open, each with its reason. */
  readonly problems: readonly string[];
}

/**
 * Opens own copies one by one, so that one that does not open keeps back no other, and writes each
 * to a new file, named by sender and id (TP-RECOVER-3). Throws TracepostError USAGE for a folder
 * that cannot be written.
 */
export async function openCopiesOf(tx: Transaction, order: CopiesOrder): Promise<OpenedCopies> {
  const files: string[] = [];
  const present: string[] = [];
  const problems: string[] = [];
  const kept = await tx.all<RecoverableMessage>(RECOVERABLE_SQL);
  for (const one of kept) {
    const { message_id: messageId, sender } = one;
    if (order.wanted !== undefined && order.wanted !== messageId) continue;
    const told = await toldOf(tx, one, order);
    if ("problem" in told) {
      problems.push(`${messageId} of ${sender || "ours"}: ${told.problem}`);
      continue;
    }
    const file = join(order.out, `${sender || "own"}.${messageId}.json`);
    const isNew = await writeNew(file, told.text);
    (isNew ? files : present).push(file);
  }
  return { files, present, problems };
}

/** What is written of a message, or why it is not. */
async function toldOf(
  tx: Transaction,
  kept: RecoverableMessage,
  { identity, participant: owner }: CopiesOrder,
): Promise<{ readonly text: string } | { readonly problem: string }> {
  const { header_digest: digest, message_id: messageId, sender } = kept;
  // They become the name of a file, and the store is a copy that anybody may have changed.
  if (!isMessageId(messageId) || (sender !== "" && !isParticipantId(sender))) {
    return { problem: "message_id or sender is no id (MALFORMED)" };
  }
  const { envelope, keys } = await readRecoverable(tx, kept);
  try {
    const { header } = Envelope.decode(envelope);
    if (digest === null || !equalBytes(headerDigest(header), digest)) {
      return { problem: "header is not the one that was kept (MALFORMED)" };
    }
    const opened = await openOwnCopy({ owner, envelope, keys }, identity);
    if (!opened.ok) {
      const { code, detail, field } = opened.refusal;
      return { problem: `${field} ${detail} (${code})` };
    }
    const text = JSON.stringify(await told(Header.decode(header), opened.value), undefined, 2);
    return { text: `${text}\n` };
  } catch {
    return { problem: "envelope cannot be read (MALFORMED)" };
  }
}

/** A message as it is written for a person: who, when, and what each part says. */
async function told(header: Header, opened: ReadonlyMap<string, Uint8Array>) {
  const parts: Record<string, unknown> = {};
  for (const [name, bytes] of opened) {
    const schema = header.parts.find((part) => part.name === name)?.schema ?? "";
    const content = await inspectContent(schema, bytes);
    parts[name] = content ?? { base64: Buffer.from(bytes).toString("base64") };
  }
  const { messageId, sender, recipients, sentAt } = header;
  const seconds = Number(sentAt?.seconds ?? 0n);
  return { messageId, sender, recipients, sentAt: new Date(seconds * 1_000).toISOString(), parts };
}

/** Writes a new file, 0600, whole or not at all. False when there is one of this name. */
async function writeNew(file: string, text: string): Promise<boolean> {
  try {
    await mkdir(join(file, ".."), { recursive: true, mode: 0o700 });
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.writeFile(text);
    } catch (caught) {
      await rm(file, { force: true });
      throw caught;
    } finally {
      await handle.close();
    }
    return true;
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new TracepostError("USAGE", `${file} cannot be written`, {
      cause: caught,
      remedy: "Make room, or give yourself the right to write there.",
    });
  }
}
