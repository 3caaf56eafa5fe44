import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CHANGE_KINDS, ChangeFeed, FEED_MIGRATION_SQL, FEED_PROCEDURES, tellChange } from "#feed";
import { addFeedRoutes, createHttpServer, type HttpRoutes, type HttpServer } from "#http";
import { createLogger, FEED_LIMITS, systemClock, systemTimers } from "#runtime";
import type { FeedRead, FeedStore } from "../../../lib/http/feed/feed-procedures.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";
import { type MemoryUsers, openMemoryUsers } from "../../support/memory-users.ts";
import { TEST_TITLE } from "../../support/test-route.ts";

const logger = createLogger({ name: "test", level: "silent" });

let tx: MemoryTransaction;
let store: FeedStore;
let feed: ChangeFeed;
/** Done once, between a page that was read and the wait for the next change. */
let afterFirstRead: () => Promise<void>;

beforeEach(async () => {
  tx = openMemoryTransaction(FEED_MIGRATION_SQL);
  await FEED_PROCEDURES.feedOpen(tx, { keptMax: 5, incidentsPerMinuteMax: 2 });
  afterFirstRead = async () => undefined;
  store = {
    call: async (name, args) => {
      const procedure = FEED_PROCEDURES[name] as (tx: unknown, args: unknown) => Promise<never>;
      const result = await procedure(tx, args);
      if (name === "feedRead") {
        const work = afterFirstRead;
        afterFirstRead = async () => undefined;
        await work();
      }
      return result;
    },
  };
  feed = new ChangeFeed({ store, timers: systemTimers, logger });
});

const tell = (caseId: string) =>
  tellChange(tx, { kind: "case.opened", caseId, actor: "exchange", nowMs: 1_000 });

const readAfter = (after: number | null, limit = 10): Promise<FeedRead> =>
  store.call("feedRead", { after, limit });

const sequencesOf = (read: FeedRead) =>
  read.type === "page" ? read.changes.map(({ sequence }) => sequence) : read.type;

describe("the feed", () => {
  test("gives each change once to whoever reads on from where he was (TP-API-40)", async () => {
    for (const id of ["a", "b", "c"]) await tell(id);
    const first = await readAfter(null, 2);
    expect(first).toMatchObject({ next: 2, first: 1, last: 3 });
    expect(sequencesOf(first)).toEqual([1, 2]);
    await tell("d");
    expect(sequencesOf(await readAfter(2))).toEqual([3, 4]);
    expect(await readAfter(4)).toMatchObject({ changes: [], next: 4, first: 1, last: 4 });
  });

  test("keeps the newest changes, and never starts numbers again (TP-API-43)", async () => {
    for (let number = 1; number <= 12; number += 1) await tell(String(number));
    expect(sequencesOf(await readAfter(null))).toEqual([8, 9, 10, 11, 12]);
    await FEED_PROCEDURES.feedOpen(tx, { keptMax: 0, incidentsPerMinuteMax: 0 });
    await tell("13");
    expect(sequencesOf(await readAfter(null))).toEqual([13]);
  });

  test("says when a reader comes too late, or from another store (TP-API-44)", async () => {
    expect(sequencesOf(await readAfter(0))).toEqual([]);
    expect(await readAfter(1)).toEqual({ type: "gone", first: 1, last: 0 });
    for (let number = 1; number <= 8; number += 1) await tell(String(number));
    expect(sequencesOf(await readAfter(3))).toEqual([4, 5, 6, 7, 8]);
    expect(await readAfter(2)).toEqual({ type: "gone", first: 4, last: 8 });
    expect(sequencesOf(await readAfter(8))).toEqual([]);
    expect(await readAfter(9)).toEqual({ type: "gone", first: 4, last: 8 });
  });
});

describe("waiting for a change (TP-API-45)", () => {
  const waiting = (after: number, userId = "system", signal = new AbortController().signal) =>
    feed.read({ after, limit: 10, waitMs: 60_000, userId, signal });

  /** Gives everything a turn that is not waiting. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  test("ends with the change that comes, not with a write that changes nothing", async () => {
    let answered = 0;
    const reads = [waiting(0), waiting(0, "other")].map((read) =>
      read.finally(() => {
        answered += 1;
      }),
    );
    await settle();
    feed.noteWrite();
    await settle();
    expect(answered).toBe(0);
    await tell("a");
    feed.noteWrite();
    const pages = await Promise.all(reads);
    expect(pages).toMatchObject([{ next: 1 }, { next: 1 }]);
  });

  test("sees a change that is committed while it sits down to wait", async () => {
    afterFirstRead = async () => {
      await tell("a");
      feed.noteWrite();
    };
    expect(await waiting(0)).toMatchObject({ next: 1 });
  });

  test("ends when time is up, when the caller has gone and when the service stops", async () => {
    const signal = new AbortController().signal;
    const short = { after: 0, limit: 10, waitMs: 1, userId: "system", signal };
    expect(await feed.read(short)).toMatchObject({ changes: [] });
    const gone = new AbortController();
    const left = waiting(0, "left", gone.signal);
    await settle();
    gone.abort();
    expect(await left).toMatchObject({ changes: [] });
    const held = waiting(0);
    await settle();
    await feed.stop();
    expect(await held).toMatchObject({ changes: [] });
    expect(await waiting(0)).toMatchObject({ changes: [] });
  });

  test("is for so many at once, and for so many of one user (TP-API-46)", async () => {
    const own = Array.from({ length: FEED_LIMITS.waitersPerUserMax }, () => waiting(0, "greedy"));
    await settle();
    expect(await waiting(0, "greedy")).toEqual({ type: "busy" });
    const others = Array.from({ length: FEED_LIMITS.waitersMax - own.length }, (_, at) =>
      waiting(0, `user-${at}`),
    );
    await settle();
    expect(await waiting(0, "late")).toEqual({ type: "busy" });
    await tell("a");
    feed.noteWrite();
    await Promise.all([...own, ...others]);
    const again = waiting(1, "greedy");
    await settle();
    await feed.stop();
    expect(await again).toMatchObject({ changes: [] });
  });
});

describe("GET /v1/changes", () => {
  let users: MemoryUsers;
  let server: HttpServer;
  let token: string;

  beforeEach(async () => {
    users = await openMemoryUsers(systemClock);
    token = await users.person("officer", "FOCAL_POINT_OFFICER");
    const api = { guard: users.guard, routes: (routes: HttpRoutes) => addFeedRoutes(routes, feed) };
    const options = { host: "127.0.0.1", port: 0, logger, health: {}, title: TEST_TITLE };
    server = await createHttpServer({ ...options, api });
  });

  afterEach(() => server.close());

  const ask = async (query: string, bearer = token) => {
    const headers = { authorization: `Bearer ${bearer}` };
    const response = await fetch(`${server.url}/v1/changes${query}`, { headers });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };

  test("answers what is there and how to go on (TP-API-41)", async () => {
    await tell("a");
    expect((await ask("")).body).toEqual({
      changes: [
        {
          sequence: 1,
          at: "1970-01-01T00:00:01.000Z",
          kind: "case.opened",
          caseId: "a",
          actor: "exchange",
        },
      ],
      next: 1,
      first: 1,
      last: 1,
    });
  });

  test("names what is wrong with a question", async () => {
    for (let number = 1; number <= 8; number += 1) await tell(String(number));
    const gone = await ask("?after=1");
    expect(gone.status).toBe(410);
    expect(gone.body).toMatchObject({ code: "CHANGES_GONE", field: "after" });
    expect(gone.body.detail).toBe("kept are changes 4 to 8; none follows 1");
    const wrong = await ask("?after=-1&limit=0&waitMs=soon&since=1");
    expect(wrong.status).toBe(422);
    const fields = wrong.body.problems.map(({ field }: { field: string }) => field);
    expect(fields.toSorted()).toEqual(["after", "limit", "since", "waitMs"]);
  });

  test("is for those who may read cases", async () => {
    const refused = await ask("", users.installation);
    expect(refused.body).toMatchObject({ code: "FORBIDDEN", permission: "changes:read" });
  });

  test("says when to come again to a user who waits too often (TP-API-46)", async () => {
    const signal = new AbortController().signal;
    const waiting = { after: 0, limit: 1, waitMs: 60_000, userId: "officer", signal };
    const reads = Array.from({ length: FEED_LIMITS.waitersPerUserMax }, () => feed.read(waiting));
    const refused = await ask("?waitMs=30000");
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: "TOO_MANY_WAITING", field: "waitMs" });
    expect(refused.headers.get("retry-after")).toBe("5");
    await feed.stop();
    await Promise.all(reads);
    expect((await ask("?waitMs=30000")).body).toMatchObject({ changes: [], next: 0 });
  });

  test("lets its connection go when the service closes its door", async () => {
    const hasRead = new Promise<void>((resolve) => {
      afterFirstRead = async () => resolve();
    });
    const asked = ask("?waitMs=30000");
    await hasRead;
    const closed = server.close();
    await feed.stop();
    expect((await asked).headers.get("connection")).toBe("close");
    await closed;
  });
});

test("the kinds of change are those of the specification (TP-API-42)", async () => {
  const page = await readFile(new URL("../../../docs/spec/api.md", import.meta.url), "utf8");
  const [, below = ""] = page.split("### Kinds of change\n");
  const [section = ""] = below.split(/\n#/);
  const rows = [...section.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)];
  expect(Object.fromEntries(rows.map(([, kind, means]) => [kind, means]))).toEqual(CHANGE_KINDS);
});
