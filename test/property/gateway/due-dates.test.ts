import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DISPOSAL_PROCEDURES } from "#disposal";
import { HoldActKind, HoldScope } from "#proto";
import { addScheduleSignature, DEFAULT_SCHEDULE_TEXT, draftSchedule } from "#records";
import { newMessageId } from "#runtime";
import { generateSigningKey } from "#trust";
import { sha256, toTimestamp } from "#wire";
import { disposeBatch } from "../../../gateway/store/disposal/dispose-batch.ts";
import { lookForDue } from "../../../gateway/store/disposal/look-for-due.ts";
import { expireDeliveries } from "../../../gateway/store/endings.ts";
import { HOLD_PROCEDURES } from "../../../gateway/store/holds/gateway-holds.ts";
import { keepSchedule } from "../../../gateway/store/schedules.ts";
import type { RecordFilter } from "../../../gateway/store/search/criteria.ts";
import { findRecords } from "../../../gateway/store/search/find-records.ts";
import { MIGRATIONS } from "../../../gateway/store/tables.ts";
import {
  KeptConversations,
  type KeptMessage,
  type Step,
} from "../../support/kept-conversations.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";
import { yearsLater } from "../../support/years-later.ts";

const DAY_MS = 86_400_000;
const { actOnHold, askHold } = HOLD_PROCEDURES;
const { askRun, endRun } = DISPOSAL_PROCEDURES;
const BEGIN = Date.UTC(2028, 1, 20);
const root = generateSigningKey();

interface Case {
  readonly isIti: boolean;
  readonly messages: Followed[];
  hold: number | undefined;
}

interface Followed extends KeptMessage {
  readonly step: Step;
  ended: { readonly atMs: number; readonly isTaken: boolean } | undefined;
  readonly parts: Set<"body" | "key">;
}

/** A store, and beside it everything that happened, in plain lists. */
class World {
  readonly tx: MemoryTransaction = openMemoryTransaction(...MIGRATIONS.map(({ sql }) => sql));
  readonly #kept = new KeptConversations(this.tx);
  readonly cases: Case[] = [];
  /** Years of the plain line and of the ITI line, of each version. */
  readonly years: [number, number][] = [[10, 20]];
  nowMs = BEGIN;

  async send(step: Step, place: number): Promise<void> {
    const isIti = place % 2 === 0;
    const of =
      step === "request" ? undefined : this.cases.at(-1 - (place % (this.cases.length || 1)));
    if (step !== "request" && of === undefined) return;
    const about = { step, isIti: of?.isIti ?? isIti, request: of?.messages[0] };
    const scheduleVersion = this.years.length - 1;
    const sent = await this.#kept.send({ ...about, nowMs: this.nowMs, scheduleVersion });
    if (sent === undefined) return;
    const message = { ...sent, step, ended: undefined, parts: new Set(["body", "key"] as const) };
    if (of === undefined) this.cases.push({ isIti, messages: [message], hold: undefined });
    else of.messages.push(message);
  }

  async receipt(place: number, isTaken: boolean): Promise<void> {
    const open = this.#all().filter(({ ended }) => ended === undefined);
    const message = open[place % (open.length || 1)];
    if (message === undefined) return;
    const under = { nowMs: this.nowMs, scheduleVersion: this.years.length - 1 };
    await this.#kept.receipt(message, isTaken, under);
    message.ended = { atMs: this.nowMs, isTaken };
  }

  async expire(): Promise<void> {
    const receiptIds = Array.from({ length: 50 }, () => newMessageId(this.nowMs));
    await expireDeliveries(this.tx, { nowMs: this.nowMs, receiptIds, pairMax: 1_000 });
    const over = this.#all().filter(({ ended, recordedAtMs }) => {
      return ended === undefined && recordedAtMs + 30 * DAY_MS <= this.nowMs;
    });
    for (const message of over) message.ended = { atMs: this.nowMs, isTaken: false };
  }

  async schedule(plain: number, iti: number): Promise<void> {
    const version = this.years.length;
    const text = DEFAULT_SCHEDULE_TEXT.replace("minimum: P10Y", `minimum: P${plain}Y`);
    const said = { version: BigInt(version), reason: "x", issuedAt: toTimestamp(this.nowMs) };
    const draft = draftSchedule({
      ...said,
      text: text.replace("minimum: P20Y", `minimum: P${iti}Y`),
    });
    const schedule = addScheduleSignature(draft, root);
    const kept = { version, digest: sha256(schedule), schedule, nowMs: this.nowMs };
    await keepSchedule(this.tx, { ...kept, registerVersion: 1 });
    this.years.push([plain, iti]);
  }

  async holdOrRelease(place: number): Promise<void> {
    const one = this.cases.at(place % (this.cases.length || 1));
    if (one === undefined) return;
    const by = { reason: "x", reviewAtMs: null, nowMs: this.nowMs, registerVersion: 1 };
    if (one.hold !== undefined) {
      const act = { id: one.hold, kind: HoldActKind.DECLINED, actor: "two" };
      await actOnHold(this.tx, { ...by, ...act });
      one.hold = undefined;
      return;
    }
    const { conversationId = "" } = one.messages[0]?.header ?? {};
    const scope = HoldScope.create({ conversationId });
    const wish = { scope, authority: "x", isRegistered: true, repeat: undefined, actor: "one" };
    const { result } = await askHold(this.tx, { ...by, ...wish });
    if (result.type === "asked") one.hold = result.id;
  }

  async dispose(): Promise<void> {
    await this.look();
    const by = { authority: "x", actor: "one", nowMs: this.nowMs, clockJumped: false };
    const { id } = await askRun(this.tx, by);
    const batch = { run: id, limit: 3, nowMs: this.nowMs, registerVersion: 1 };
    for (;;) if ((await disposeBatch(this.tx, batch)).type === "finished") break;
    await endRun(this.tx, { id, nowMs: this.nowMs });
    for (const one of this.cases) {
      if (one.hold !== undefined) continue;
      for (const message of one.messages) {
        if (message.ended === undefined) continue;
        for (const part of [...message.parts]) {
          if ((this.#dueOf(one, message, part) ?? Infinity) <= this.nowMs)
            message.parts.delete(part);
        }
      }
    }
  }

  async look(): Promise<void> {
    for (;;) if ((await lookForDue(this.tx, { nowMs: this.nowMs, limit: 7 })).isDone) return;
  }

  /** Due date of each record that has one, reckoned anew from the lists; held ones too. */
  dates(): { readonly id: number; readonly atMs: number; readonly hold: number | undefined }[] {
    return this.cases.flatMap((one) =>
      one.messages.flatMap((message) => {
        const dates = [...message.parts].flatMap((part) => this.#dueOf(one, message, part) ?? []);
        return dates.length === 0
          ? []
          : [{ id: message.id, atMs: Math.min(...dates), hold: one.hold }];
      }),
    );
  }

  #dueOf(one: Case, message: Followed, part: "body" | "key"): number | undefined {
    if (part === "key") return message.ended && message.ended.atMs + 90 * DAY_MS;
    const stands = ({ ended }: Followed) => ended === undefined || ended.isTaken;
    const wasRejected = one.messages[0]?.ended?.isTaken === false;
    const close = one.messages.findLast((each) => each.step === "close" && stands(each));
    const last = Math.max(...one.messages.map(({ recordedAtMs }) => recordedAtMs));
    const isClosed = close !== undefined && !(wasRejected && this.#wasTakenBack(one));
    const closedAtMs = isClosed
      ? Math.max(message.recordedAtMs, close.recordedAtMs)
      : yearsLater(Math.max(message.recordedAtMs, last), 2);
    const years = this.years.slice(message.takenUnder).flatMap(([plain, iti]) => {
      return one.isIti ? [plain, iti] : [plain];
    });
    return yearsLater(closedAtMs, Math.max(...years));
  }

  /** A request that its recipient rejected, not one that expired. */
  #wasTakenBack({ messages: [request] }: Case): boolean {
    return (
      request?.ended?.isTaken === false && request.ended.atMs < request.recordedAtMs + 30 * DAY_MS
    );
  }

  #all(): Followed[] {
    return this.cases.flatMap(({ messages }) => messages);
  }
}

type Act = (world: World) => Promise<void>;
const place = fc.nat({ max: 50 });
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom("request", "final", "close"), place).map(
      ([step, at]): Act =>
        (world) =>
          world.send(step as Step, at),
    ),
  },
  {
    weight: 2,
    arbitrary: place.map(
      (at): Act =>
        async (world) => {
          for (const step of ["request", "final", "close"] as const) {
            await world.send(step, at);
            world.nowMs += 1_000;
          }
        },
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(place, fc.integer({ min: 0, max: 3 })).map(
      ([at, luck]): Act =>
        (world) =>
          world.receipt(at, luck > 0),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(1, 9, 91, 800, 4_500).map(
      (days): Act =>
        async (world) => {
          world.nowMs += days * DAY_MS;
          await world.expire();
        },
    ),
  },
  { weight: 3, arbitrary: fc.constant<Act>((world) => world.look()) },
  { weight: 1, arbitrary: fc.constant<Act>((world) => world.dispose()) },
  {
    weight: 1,
    arbitrary: place.map(
      (at): Act =>
        (world) =>
          world.holdOrRelease(at),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.integer({ min: 5, max: 14 }), fc.integer({ min: 15, max: 25 })).map(
      ([plain, iti]): Act =>
        (world) =>
          world.schedule(plain, iti),
    ),
  },
);

async function foundAll(world: World, filter: RecordFilter): Promise<number[]> {
  const ids: number[] = [];
  for (let before: number | null = null; ; ) {
    const page = await findRecords(world.tx, { filter, before, size: null, limit: 3 });
    if (page === null) throw new TypeError("due dates are not reckoned");
    ids.push(...page.rows.map(({ id }) => id));
    if (page.next === null) return ids;
    before = page.next;
  }
}

describe("due dates of records (TP-FIND-9)", () => {
  test("are those of a plain second reckoning, whatever happened, and found exactly", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyAct, { minLength: 5, maxLength: 60 }),
        fc.array(fc.tuple(fc.nat(400), fc.nat(400)), { minLength: 2, maxLength: 2 }),
        async (acts, ranges) => {
          const world = new World();
          using _ = world.tx;
          for (const act of acts) {
            await act(world);
            // Whatever comes is recorded later than what was.
            world.nowMs += 1_000;
          }
          await world.look();
          const dates = world.dates().toSorted((one, other) => other.id - one.id);
          const free = dates.filter(({ hold }) => hold === undefined);
          expect(await foundAll(world, { dueFromMs: 0 })).toEqual(free.map(({ id }) => id));
          for (const [fromMonth, months] of ranges) {
            const dueFromMs = BEGIN + fromMonth * 27 * DAY_MS;
            const dueUntilMs = dueFromMs + months * 13 * DAY_MS;
            const isIn = ({ atMs }: { atMs: number }) => atMs >= dueFromMs && atMs < dueUntilMs;
            const found = await foundAll(world, { dueFromMs, dueUntilMs, party: "NE" });
            expect(found).toEqual(free.filter(isIn).map(({ id }) => id));
          }
          const rows = await world.tx.all<{ id: number; due_at: number }>(
            "SELECT id, due_at FROM record_due WHERE due_at IS NOT NULL ORDER BY id DESC",
          );
          expect(rows.map(({ due_at: atMs, id }) => ({ id, atMs }))).toEqual(
            dates.map(({ atMs, id }) => ({ id, atMs })),
          );
          for (const { hold } of dates.filter((one) => one.hold !== undefined)) {
            const held = dates.filter((one) => one.hold === hold).map(({ id }) => id);
            expect(await foundAll(world, { hold, dueFromMs: 0 })).toEqual(held);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
