import type { PostHooks } from "#post";
import { ReceiptType } from "#proto";

/** An application that nothing concerns. */
export const QUIET_HOOKS: PostHooks = {
  onMessage: async () => undefined,
  onFate: async () => undefined,
  onFlag: async () => undefined,
  onGap: async () => undefined,
};

/** The digest of a sealed message, made from its id. */
export const digestOf = (messageId: string): Uint8Array => Buffer.from(`digest of ${messageId}`);

/** A receipt of the gateway, or of BR, about a message of NE; `claim` changes what it claims. */
export function receiptOf(
  type: ReceiptType,
  messageId: string,
  { claim = {}, ...changes }: { readonly claim?: object; readonly [field: string]: unknown } = {},
) {
  const isGateway = type !== ReceiptType.DELIVERED && type !== ReceiptType.REJECTED;
  return {
    type,
    sender: isGateway ? "GATEWAY" : "BR",
    receiptId: `receipt of ${messageId} ${type}`,
    headerDigest: Buffer.from("digest of the receipt"),
    subject: "tp.in.NE.normal.receipt",
    envelope: Buffer.from("receipt"),
    evidence: null,
    signed: null,
    claims: [
      {
        messageId,
        headerDigest: digestOf(messageId),
        code: null,
        field: "",
        recipient: "",
        logIndex: null,
        refusedFor: [],
        ...claim,
      },
    ],
    nowMs: 5_000,
    firstMs: 10_000,
    ...changes,
  };
}
