import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ReceiptType } from "#proto";
import { openSqliteReader, openSqliteStore } from "#store";
import { type Audit, auditStores } from "../../../scenario/audit.ts";
import { openAuditStore } from "../../../scenario/audit-store.ts";
import { planScenario } from "../../../scenario/plan.ts";
import { recoveredRow } from "../../support/recovered-rows.ts";

const MODULE = new URL("../../../services/focal-point/store.ts", import.meta.url);
const rows = ["1", "2"].map((ref) => recoveredRow({ ref }));
const plan = { ...planScenario({ rows, digest: "d" }), participants: ["AT", "US"] };
const requests = plan.requests.map((request) => ({
  ...request,
  caseId: `case-${request.row.ref}`,
}));

describe("the audit of the stores", () => {
  let dir = "";
  const fileOf = (id: string): string => join(dir, `${id}.sqlite`);

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "tracepost-audit-"));
    for (const id of plan.participants) {
      const store = await openSqliteStore({ file: fileOf(id), module: MODULE });
      await store.close();
    }
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  /** Changes a store behind its service's back. */
  const write = (id: string, sql: string): void => {
    const db = new DatabaseSync(fileOf(id));
    db.exec(sql);
    db.close();
  };

  const insertCase = (id: string, role: string, ref: string, outcome: string | null): void => {
    const peer = id === "US" ? "AT" : "US";
    const says = outcome === null ? "NULL" : `'${outcome}'`;
    write(
      id,
      `INSERT INTO trace_case (case_id, role, peer, state, national_case_number, request,
         request_message_id, outcome, opened_at, updated_at)
       VALUES ('case-${ref}', '${role}', '${peer}', 'ANSWERED', '${ref}', x'', 'm-${ref}',
         ${says}, 1, 1)`,
    );
  };

  const insertReceipts = (ref: string, ...types: ReceiptType[]): void => {
    write(
      "US",
      `INSERT INTO post_outbox (message_id, conversation_id, kind, lane, state, drafted_at)
       VALUES ('m-${ref}', 'case-${ref}', 1, 2, 'delivered', 1)`,
    );
    for (const type of types) {
      write(
        "US",
        `INSERT INTO post_receipt (message_id, recipient, type, field, receipt_sender, receipt_id,
           received_at) VALUES ('m-${ref}', 'AT', ${type}, '', 'x', 'r', 1)`,
      );
    }
  };

  const whole = (ref: string, outcome: string): void => {
    insertCase("US", "requesting", ref, outcome);
    insertReceipts(ref, ReceiptType.ACCEPTED, ReceiptType.DELIVERED);
    insertCase("AT", "requested", ref, outcome);
  };

  const audit = (): Promise<Audit> =>
    auditStores(plan, requests, {
      openStore: (id) => openAuditStore(openSqliteReader(fileOf(id))),
    });

  it("counts what was delivered and answered", async () => {
    whole("1", "NO_RECORD");
    whole("2", "REFUSED");
    expect(await audit()).toEqual({
      receipts: { accepted: 2, refused: 0, delivered: 2 },
      replies: { final: 2, byOutcome: { NO_RECORD: 1, REFUSED: 1 } },
      integrity: { lost: 0, duplicated: 0 },
    });
  });

  it("counts a request as lost without its delivery, whatever was answered", async () => {
    whole("1", "NO_RECORD");
    insertCase("US", "requesting", "2", "NO_RECORD");
    insertReceipts("2", ReceiptType.ACCEPTED);
    expect((await audit()).integrity).toEqual({ lost: 1, duplicated: 0 });
  });

  it("counts a request as lost without an answer", async () => {
    whole("1", "NO_RECORD");
    insertCase("US", "requesting", "2", null);
    insertReceipts("2", ReceiptType.ACCEPTED, ReceiptType.DELIVERED);
    insertCase("AT", "requested", "2", null);
    expect((await audit()).integrity).toEqual({ lost: 1, duplicated: 0 });
  });

  it("counts a request as lost that its recipient does not have, against any receipt", async () => {
    whole("1", "NO_RECORD");
    insertCase("US", "requesting", "2", "NO_RECORD");
    insertReceipts("2", ReceiptType.ACCEPTED, ReceiptType.DELIVERED);
    expect((await audit()).integrity).toEqual({ lost: 1, duplicated: 0 });
  });

  it("counts a request that no store knows as lost", async () => {
    expect((await audit()).integrity).toEqual({ lost: 2, duplicated: 0 });
  });

  it("counts every effect beyond the first of a message", async () => {
    whole("1", "NO_RECORD");
    whole("2", "NO_RECORD");
    write("AT", "INSERT INTO trace_effect VALUES ('US', 'm-1', 1, 1, 1)");
    write("AT", "UPDATE trace_effect SET applied = applied + 1");
    expect((await audit()).integrity).toEqual({ lost: 0, duplicated: 1 });
  });

  it("counts a request that opened two cases", async () => {
    whole("1", "NO_RECORD");
    whole("2", "NO_RECORD");
    insertCase("AT", "requested", "3", "NO_RECORD");
    write("AT", "UPDATE trace_case SET request_message_id = 'm-1' WHERE case_id = 'case-3'");
    expect((await audit()).integrity).toEqual({ lost: 0, duplicated: 1 });
  });

  it("leaves cases of others alone", async () => {
    whole("1", "NO_RECORD");
    whole("2", "NO_RECORD");
    insertCase("US", "requesting", "other", "NO_RECORD");
    expect((await audit()).replies.final).toBe(2);
  });
});
