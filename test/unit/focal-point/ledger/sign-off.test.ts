import { beforeEach, describe, expect, it } from "vitest";
import { FEED_PROCEDURES } from "#feed";
import { ExchangeStatus, IndicatorLedger } from "#proto";
import { type Role, USER_PROCEDURES } from "#users";
import { sendLedger } from "../../../../services/focal-point/ledger/send-ledger.ts";
import { confirmRelease } from "../../../../services/focal-point/releases/decide.ts";
import { nameDeputyOnce } from "../../../../services/focal-point/releases/deputies.ts";
import { openCaseStore } from "../../../support/case-store.ts";
import { seizureCsv, takeCsv } from "../../../support/made-seizures.ts";
import type { MemoryTransaction } from "../../../support/memory-transaction.ts";

/** Who signs a ledger off (TP-LEDG-8). */

const NOW_MS = Date.UTC(2026, 2, 2, 9);
const HOUR_MS = 3_600_000;
let tx: MemoryTransaction;

beforeEach(async () => {
  tx = openCaseStore();
  await FEED_PROCEDURES.feedOpen(tx, { keptMax: 1_000, incidentsPerMinuteMax: 10 });
  await person("officer", "FOCAL_POINT_OFFICER");
  await person("deputy", "RELEASE_DEPUTY");
  await person("head", "FOCAL_POINT_SUPERVISOR");
  await nameDeputyOnce(tx, {
    ...{ userId: "deputy", reason: "the head travels", actor: "head", repeat: undefined },
    ...{ validFromMs: NOW_MS, validUntilMs: NOW_MS + 24 * HOUR_MS, nowMs: NOW_MS },
  });
});

async function person(userId: string, ...roles: Role[]): Promise<void> {
  const kept = { kind: "person", responsible: null, name: userId, roles } as const;
  await USER_PROCEDURES.userAdd(tx, { actor: "installation", nowMs: NOW_MS, userId, ...kept });
}

async function proposedBy(actor: string): Promise<string> {
  const held = await sendLedger(tx, {
    ...{ year: 2026, body: "ECOWAS", monitor: "ORG-ECOWAS", status: ExchangeStatus.ACTUAL },
    ...{ self: { participant: "KE", state: "KE" }, actor, nowMs: NOW_MS },
  });
  return held.type === "held" ? held.releaseId : expect.unreachable();
}

const confirm = async (releaseId: string, userId: string, mayConfirm: boolean) =>
  await confirmRelease(tx, {
    by: { userId, tokenId: "aaaaaaaaaaaa", mayConfirm },
    ...{ releaseId, note: "", nowMs: NOW_MS + HOUR_MS },
  });
/** What one with these circumstances sends. */
const CIRCUMSTANCES = {
  ...{ offences: "POACHING", modusOperandi: "STRAW_PURCHASE", personsArrested: 77 },
  ...{ routeDeparture: "SO", routeTransit: "ET", routeDestination: "UG" },
};
const sent = async () => await tx.all("SELECT 1 FROM post_outbox");

describe("of the two who sign a ledger off one is a supervisor (TP-LEDG-8)", () => {
  it("so that an officer and a deputy cannot, and it waits on for a supervisor", async () => {
    const releaseId = await proposedBy("officer");
    expect(await confirm(releaseId, "deputy", false)).toEqual({ type: "no-supervisor" });
    expect(await sent()).toEqual([]);
    expect(await confirm(releaseId, "head", true)).toMatchObject({ type: "confirmed" });
    expect(await sent()).toHaveLength(1);
  });

  it("who may have proposed it: then a deputy confirms", async () => {
    const releaseId = await proposedBy("head");
    expect(await confirm(releaseId, "deputy", false)).toMatchObject({ type: "confirmed" });
    expect(await sent()).toHaveLength(1);
  });

  it("and of what reports say of events nothing leaves (TP-LEDG-10)", async () => {
    const csv = seizureCsv({ ...CIRCUMSTANCES, date: "2026-02-01" });
    expect(await takeCsv(tx, csv, { nowMs: NOW_MS })).toMatchObject({
      added: 1,
    });
    const releaseId = await proposedBy("officer");
    expect(await confirm(releaseId, "head", true)).toMatchObject({ type: "confirmed" });
    const [row] = await tx.all<{ ledger: Uint8Array }>("SELECT ledger FROM ledger_vintage");
    const ledger = IndicatorLedger.decode(row?.ledger ?? new Uint8Array());
    expect(ledger.lines).toMatchObject([{ arms: 1n }]);
    const told = JSON.stringify(IndicatorLedger.toJSON(ledger));
    expect(told).not.toMatch(/POACHING|STRAW|77|SO|ET|UG/u);
  });

  it("by the roles of the day on which it is confirmed", async () => {
    const releaseId = await proposedBy("head");
    await tx.run("UPDATE user_account SET status = 'disabled' WHERE user_id = 'head'");
    expect(await confirm(releaseId, "deputy", false)).toEqual({ type: "no-supervisor" });
    expect(await sent()).toEqual([]);
  });
});
