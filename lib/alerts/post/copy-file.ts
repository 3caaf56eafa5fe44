import type { KeyObject } from "node:crypto";
import { PostCopy, SignedPostCopy } from "#proto";
import { decryptWith, encryptTo, PAYLOAD_TYPES, verifyBytes } from "#trust";
import type { MessageSigner } from "#wire";

/** Whose signature a post believes; taken in once, by hand, with the first copy. */
export interface PostIssuer {
  readonly participant: string;
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

/** Signs what a post is to hold, then seals it to the post's key (TP-CHECK-10). */
export async function sealCopyFile(
  copy: PostCopy,
  signer: MessageSigner,
  recipient: string,
): Promise<Uint8Array> {
  const bytes = PostCopy.encode(copy).finish();
  const signature = { keyId: signer.keyId, value: await signer.sign(bytes) };
  const signed = SignedPostCopy.encode({ copy: bytes, signature }).finish();
  return await encryptTo(recipient, signed);
}

/** Why a file is not taken. */
export type CopyFileRule = "cannotOpen" | "notSigned" | "otherIssuer" | "otherPost";

/** What a file holds, or why it is not taken. */
export type OpenedCopy =
  | { readonly ok: true; readonly copy: PostCopy }
  | { readonly ok: false; readonly rule: CopyFileRule };

/**
 * Opens a file with the post's key and verifies whose it is: signed by the issuer, for this post.
 * The signature is inside the seal, so nobody learns from the file who issued it.
 */
export async function openCopyFile(
  file: Uint8Array,
  post: { readonly postId: string; readonly identity: string; readonly issuer: PostIssuer },
): Promise<OpenedCopy> {
  const opened = await decryptWith([post.identity], file);
  if (opened === undefined) return { ok: false, rule: "cannotOpen" };
  try {
    const { copy: bytes, signature } = SignedPostCopy.decode(opened);
    const value = signature?.value ?? new Uint8Array();
    const { keyId, participant, publicKey } = post.issuer;
    if (signature?.keyId !== keyId) return { ok: false, rule: "otherIssuer" };
    if (!(await verifyBytes(publicKey, PAYLOAD_TYPES.postCopy, bytes, value))) {
      return { ok: false, rule: "notSigned" };
    }
    const copy = PostCopy.decode(bytes);
    if (copy.participant !== participant) return { ok: false, rule: "otherIssuer" };
    return copy.postId === post.postId ? { ok: true, copy } : { ok: false, rule: "otherPost" };
  } catch {
    // Sealed to us by anybody, and no message of ours.
    return { ok: false, rule: "notSigned" };
  }
}
