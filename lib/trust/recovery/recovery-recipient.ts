import { TracepostError } from "#errors";
import { encryptTo } from "../age-file.ts";
import { readPublic } from "../secret-file.ts";

/**
 * Reads the recipient of a State recovery key, a line `age1pq1…`, and tries it: a message must not
 * wait for a copy that cannot be made. Throws TracepostError KEY_FILE naming the file.
 */
export async function loadRecoveryRecipient(file: string): Promise<string> {
  const lines = (await readPublic(file)).split("\n").map((line) => line.trim());
  const [recipient = "", ...others] = lines.filter((line) => line !== "" && !line.startsWith("#"));
  try {
    if (others.length === 0 && recipient.startsWith("age1pq1")) {
      await encryptTo(recipient, new Uint8Array());
      return recipient;
    }
  } catch {
    // Below: its checksum is wrong.
  }
  throw new TracepostError("KEY_FILE", `${file} holds no recipient of a recovery key`, {
    remedy: "Use the file recovery.pub that tracepost recovery init has written.",
  });
}
