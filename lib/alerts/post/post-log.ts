import type { KeyObject } from "node:crypto";
import { type Static, Type } from "typebox";
import { CHECK_LIMITS, compileSchema } from "#runtime";
import { PAYLOAD_TYPES, verifyBytes } from "#trust";
import type { HeaderSigner } from "#wire";

const closed = { additionalProperties: false } as const;

/** One asking at a post, by its number there. */
export const PostLogEntry = Type.Object(
  {
    n: Type.Integer({ minimum: 1, description: "Number of the line in the log of the post" }),
    /** As it was written down, JSON; a line that a crash tore stays as it is. */
    line: Type.String({ maxLength: CHECK_LIMITS.postLogLineCharsMax }),
  },
  closed,
);

/** The type of {@link PostLogEntry}. */
export type PostLogEntry = Static<typeof PostLogEntry>;

const LogContent = Type.Object(
  {
    postId: Type.String(),
    entries: Type.Array(PostLogEntry, { maxItems: CHECK_LIMITS.postLogEntriesMax }),
  },
  closed,
);

const SignedLog = Type.Object(
  { log: Type.String(), keyId: Type.String(), signature: Type.String() },
  closed,
);

/** Part of the log of a post, as it goes home. */
export type PostLogContent = Static<typeof LogContent>;

const checkContent = compileSchema(LogContent);
const checkSigned = compileSchema(SignedLog);

/** Signs what a post brings home; a file of JSON (TP-CHECK-16). */
export function signPostLog(content: PostLogContent, { keyId, sign }: HeaderSigner): string {
  const bytes = Buffer.from(JSON.stringify(content));
  const signature = Buffer.from(sign(bytes)).toString("base64");
  return JSON.stringify({ log: bytes.toString("base64"), keyId, signature });
}

/** Why a log is not taken. */
export type PostLogRule = "notALog" | "notSigned" | "otherPost";

/** What a file holds, or why it is not taken. */
export type OpenedPostLog =
  | { readonly ok: true; readonly entries: readonly PostLogEntry[] }
  | { readonly ok: false; readonly rule: PostLogRule };

/** Opens a log and verifies that this post has signed it, for this purpose. */
export async function openPostLog(
  file: Uint8Array,
  post: { readonly postId: string; readonly publicKey: KeyObject },
): Promise<OpenedPostLog> {
  const signed = checkSigned.check(jsonOf(file));
  if (!signed.ok) return { ok: false, rule: "notALog" };
  const bytes = Buffer.from(signed.value.log, "base64");
  const signature = Buffer.from(signed.value.signature, "base64");
  if (!(await verifyBytes(post.publicKey, PAYLOAD_TYPES.postLog, bytes, signature))) {
    return { ok: false, rule: "notSigned" };
  }
  const content = checkContent.check(jsonOf(bytes));
  if (!content.ok) return { ok: false, rule: "notALog" };
  const { entries, postId } = content.value;
  return postId === post.postId ? { ok: true, entries } : { ok: false, rule: "otherPost" };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
