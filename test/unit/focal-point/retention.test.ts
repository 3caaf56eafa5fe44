import { beforeEach, describe, expect, test } from "vitest";
import {
  addPeriod,
  addScheduleSignature,
  DEFAULT_SCHEDULE_TEXT,
  draftSchedule,
  parsePeriod,
} from "#records";
import { createLogger } from "#runtime";
import { generateSigningKey } from "#trust";
import { toTimestamp } from "#wire";
import { reviewPersons } from "../../../services/focal-point/persons/person-procedures.ts";
import {
  accessOf,
  findBlock,
  keepBlock,
} from "../../../services/focal-point/persons/person-record.ts";
import { endPersons } from "../../../services/focal-point/retention/retention-record.ts";
import { createRetentionWatch } from "../../../services/focal-point/retention/retention-watch.ts";
import { store } from "../../../services/focal-point/store.ts";
import { openCaseStore } from "../../support/case-store.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";

const { takeSchedule, takenSchedules } = store.procedures;
const PROCEDURES = { takeSchedule, takenSchedules, endPersons };

const DAY_MS = 86_400_000;
const KEPT = Date.UTC(2028, 1, 29, 12);
const years = (count: number): number =>
  addPeriod(KEPT, parsePeriod(`P${count}Y`) ?? { months: 0, days: 0 });
const roots = [generateSigningKey(), generateSigningKey(), generateSigningKey()];

let tx: MemoryTransaction;

beforeEach(() => {
  tx = openCaseStore();
});

/** A schedule by which personal data is reviewed after so many years, signed by two of three. */
function schedule(version: number, reviewYears: number, signers = roots.slice(1)): Uint8Array {
  const text = DEFAULT_SCHEDULE_TEXT.replace("review: P5Y", `review: P${reviewYears}Y`);
  const issuedAt = toTimestamp(0);
  const draft = draftSchedule({ version: BigInt(version), issuedAt, text, reason: "For a test" });
  return signers.reduce(addScheduleSignature, draft);
}

async function keep(messageId: string, nowMs = KEPT): Promise<string> {
  const about = { caseId: "case", direction: "received", peer: "BR", sender: "BR" } as const;
  const data = { data: Buffer.from("a name"), persons: 1, reviewAtMs: nowMs + 365 * DAY_MS };
  return await keepBlock(tx, { ...about, messageId, ...data, actor: "exchange", nowMs });
}

const end = (nowMs: number) => endPersons(tx, { nowMs, after: undefined });

describe("personal data at a focal point (TP-RET-10)", () => {
  test("ends five years after it was taken in, and says by which line", async () => {
    const blockId = await keep("m1");
    expect(await end(years(5) - 1)).toEqual({ ended: 0, after: null });
    expect(await findBlock(tx, blockId)).toMatchObject({ erased: null });
    expect(await end(years(5))).toEqual({ ended: 1, after: null });
    const because = expect.stringMatching(/^Retention schedule 0, class persons: data protection/u);
    expect(await findBlock(tx, blockId)).toMatchObject({
      erased: { atMs: years(5), by: "exchange", because },
    });
    const access = await accessOf(tx, { caseId: "case", limit: 10 });
    expect(access.map(({ act }) => act)).toEqual(["kept", "erased"]);
    expect(await end(years(9))).toEqual({ ended: 0, after: null });
  });

  test("stays until the day to which a person has kept it", async () => {
    const blockId = await keep("m1");
    const reason = "The trial goes on.";
    const review = { blockId, actor: "officer", reason, reviewAtMs: years(7), nowMs: years(4) };
    await reviewPersons(tx, review);
    expect((await end(years(7) - 1)).ended).toBe(0);
    expect((await end(years(7))).ended).toBe(1);
  });

  test("is reckoned by the version it was taken in under and all later ones", async () => {
    await keep("before");
    await takeSchedule(tx, { version: 2, schedule: schedule(2, 3), nowMs: KEPT });
    await keep("after");
    expect(await takeSchedule(tx, { version: 1, schedule: schedule(1, 9), nowMs: KEPT })).toBe(
      false,
    );
    expect((await end(years(3))).ended).toBe(1);
    expect(await findBlock(tx, "BR.before")).toMatchObject({ erased: null });
    expect((await end(years(5))).ended).toBe(1);
  });

  test("ends in portions, each block once", async () => {
    for (let n = 0; n < 250; n += 1) await keep(`m${n}`);
    let after: string | undefined;
    const ended: number[] = [];
    do {
      const done = await endPersons(tx, { nowMs: years(6), after });
      ended.push(done.ended);
      after = done.after ?? undefined;
    } while (after !== undefined);
    expect(ended).toEqual([100, 100, 50]);
  });
});

describe("the schedule at a focal point (TP-RET-10)", () => {
  const clock = { nowMs: KEPT, now: () => clock.nowMs };
  let jumpMs = 0;
  let served: Map<number, Uint8Array>;

  /** Looks once, and waits for the end of the turn. */
  async function look(): Promise<void> {
    const call = async (name: keyof typeof PROCEDURES, args: never) =>
      await PROCEDURES[name](tx, args);
    let looked = (): void => undefined;
    const turn = new Promise<void>((resolve) => {
      looked = resolve;
    });
    const pump = createRetentionWatch({
      store: { call } as never,
      roots: { rootKeys: roots.map(({ publicKey }) => publicKey) },
      fetch: async (version = Math.max(...served.keys())) => {
        clock.nowMs += jumpMs;
        return served.get(version);
      },
      clock,
      // It rests when the turn is over.
      timers: {
        after: () => {
          looked();
          return () => undefined;
        },
      },
      logger: createLogger({ name: "test", level: "silent" }),
      sinceStartMs: () => 0,
    });
    pump.start();
    await turn;
    await pump.stop();
  }

  beforeEach(() => {
    jumpMs = 0;
    served = new Map();
    clock.nowMs = KEPT;
  });

  const taken = async () => (await takenSchedules(tx)).map(({ version }) => version);

  test("is taken with the versions between, when two of three root keys have signed it", async () => {
    await look();
    expect(await taken()).toEqual([]);
    served.set(1, schedule(1, 6)).set(3, schedule(3, 4)).set(4, schedule(4, 4));
    await look();
    expect(await taken()).toEqual([1, 3, 4]);
    served.set(5, schedule(5, 1, roots.slice(0, 1)));
    await look();
    served.set(6, Buffer.from("no file"));
    await look();
    served.delete(6);
    served.set(7, schedule(2, 1));
    await look();
    expect(await taken()).toEqual([1, 3, 4]);
  });

  test("ends what is over, and nothing while the clock has jumped", async () => {
    const blockId = await keep("m1", KEPT - 5 * 366 * DAY_MS);
    jumpMs = 2 * DAY_MS;
    await look();
    expect(await findBlock(tx, blockId)).toMatchObject({ erased: null });
    jumpMs = 0;
    await look();
    expect(await findBlock(tx, blockId)).toMatchObject({ erased: { by: "exchange" } });
  });
});
