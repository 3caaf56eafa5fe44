import { type Publication, parseDispatch, parseReceipt, refusalNameOf } from "#wire";

/** What one receipt says, in a form that is easy to compare. */
export interface SaidReceipt {
  readonly subject: string;
  readonly type: number;
  /** Name of the code; "" when nothing was refused. */
  readonly code: string;
  readonly field: string;
  /** What to do, as the receipt says it. */
  readonly remedy: string;
  readonly messageId: string;
  /** Encoded, as published. */
  readonly bytes: Buffer;
}

/** The receipts among what the gateway published, in order. */
export function receiptsIn(publications: readonly Publication[]): SaidReceipt[] {
  return publications.flatMap(({ data, subject }) => {
    const parsed = parseDispatch(data, { allowGatewaySender: true });
    if (!parsed.ok || !subject.endsWith(".receipt")) return [];
    const receipt = parseReceipt(parsed.value.message);
    if (!receipt.ok) throw new TypeError(receipt.refusal.detail);
    const { items, type } = receipt.value;
    return items.map((item) => ({
      subject,
      type,
      code: refusalNameOf(item.code) ?? "",
      field: item.field,
      remedy: item.remedy,
      messageId: item.message?.messageId ?? "",
      bytes: Buffer.from(data),
    }));
  });
}
