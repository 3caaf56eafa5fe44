import { expect, test } from "vitest";
import { Envelope, Header, Lane, ReceiptType } from "#proto";
import { toTimestamp } from "#wire";
import { draftMessage } from "../../../lib/post/draft.ts";
import { answerGapNotice } from "../../../lib/post/gap-procedures.ts";
import { POST_SUCCESSION_MIGRATION_SQL } from "../../../lib/post/log-succession.ts";
import { createStoreSealed } from "../../../lib/post/outbox-procedures.ts";
import { createApplyReceipt } from "../../../lib/post/receipt-procedures.ts";
import { POST_MIGRATION_SQL } from "../../../lib/post/schema.ts";
import { openMemoryTransaction } from "../../support/memory-transaction.ts";
import { QUIET_HOOKS } from "../../support/outbox-parts.ts";
import { draftOf } from "../../support/post-drafts.ts";

const headerDigest = Buffer.from("digest");
const SIGNED_AT_MS = 50_000;

function headerSentAt(ms: number): Uint8Array {
  return Header.encode(Header.create({ sender: "BR", sentAt: toTimestamp(ms) })).finish();
}

/** Incidents after BR signed a receipt for number 1 and its notice asking for it has come. */
async function incidentsAfterNotice(noticeSentAtMs: number): Promise<string[]> {
  const tx = openMemoryTransaction(POST_MIGRATION_SQL, POST_SUCCESSION_MIGRATION_SQL);
  const { messageId } = await draftMessage(tx, draftOf("NE", ["BR"], "text", 1_000));
  const sealed = [{ messageId, envelope: Buffer.from("sealed"), headerDigest }];
  await createStoreSealed(QUIET_HOOKS)(tx, { sealed, unsealable: [], nowMs: 1_000 });
  const envelope = Envelope.create({ header: headerSentAt(SIGNED_AT_MS) });
  await createApplyReceipt(QUIET_HOOKS)(tx, {
    type: ReceiptType.DELIVERED,
    sender: "BR",
    receiptId: "receipt",
    headerDigest,
    subject: "",
    envelope: Envelope.encode(envelope).finish(),
    evidence: null,
    signed: null,
    claims: [
      {
        messageId,
        headerDigest,
        code: null,
        field: "",
        recipient: "",
        logIndex: 0,
        refusedFor: [],
      },
    ],
    nowMs: 60_000,
    firstMs: 1_000,
  });
  await answerGapNotice(tx, {
    sender: "BR",
    messageId: "notice",
    headerDigest: Buffer.from("notice"),
    header: headerSentAt(noticeSentAtMs),
    missing: [{ lane: Lane.NORMAL, first: 1, last: 1 }],
    nowMs: 70_000,
  });
  const rows = await tx.all<{ kind: string }>("SELECT kind FROM post_incident");
  return rows.map(({ kind }) => kind);
}

test("a notice that its own receipt has overtaken is no incident", async () => {
  expect(await incidentsAfterNotice(SIGNED_AT_MS - 1)).toEqual([]);
  expect(await incidentsAfterNotice(SIGNED_AT_MS)).toEqual([]);
});

test("being asked for what the recipient had signed a receipt for is an incident", async () => {
  expect(await incidentsAfterNotice(SIGNED_AT_MS + 1)).toEqual(["GAP_AFTER_DELIVERY"]);
});
