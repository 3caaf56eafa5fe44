import { describe, expect, test } from "vitest";
import { LOG_LIMITS, STATUS_LIMITS } from "#runtime";
import { attentionOf, bytesText } from "../../../gateway/api/attention.ts";
import type { GatewaySummary, ParticipantSummary } from "../../../gateway/api/gateway-summary.ts";
import { renderStatus } from "../../../gateway/api/status-page.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 2, 1, 12);
const ago = (ms: number): string => new Date(NOW_MS - ms).toISOString();

const participant: ParticipantSummary = {
  id: "BR",
  name: "Focal point <BR>",
  lastHeardAt: ago(1_000),
  accepted: 12_345,
  refused: 1,
  undecided: 0,
  waiting: { urgent: 0, normal: 0, bulk: 0 },
  waitingSince: undefined,
  held: 0,
  openEvents: 0,
  storedBytes: 1_024,
  storedBytesMax: 100_000,
};

type Facts = Omit<GatewaySummary, "attention">;

/** A gateway of which nothing needs a person. */
const quiet: Facts = {
  at: ago(0),
  connected: true,
  messages: { accepted: 9, refused: 1, undecided: 0, waiting: 0, waitingSince: undefined },
  quarantined: 0,
  openEvents: [],
  log: {
    ...{ size: 10, checkpointSize: 10, checkpointAt: ago(3_600_000), checkpointKept: 10 },
    ...{ witnesses: 3, quorum: 2, cosignedSize: 10, cosignedAt: ago(0) },
    unwitnessedSince: undefined,
    renewedAt: undefined,
    renewalDueAt: undefined,
  },
  registerVersion: "1",
  register: {
    version: "1",
    standing: "fresh",
    expiresAt: ago(-7 * DAY_MS),
    closesAt: ago(-37 * DAY_MS),
  },
  resources: {
    startedAt: ago(7_200_000),
    memoryBytes: 200 * 1024 ** 2,
    storeBytes: 5 * 1024 ** 3,
    diskFreeBytes: 100 * 1024 ** 3,
  },
  participants: [participant],
};

const said = (changes: Partial<Facts>) =>
  attentionOf({ ...quiet, ...changes }, NOW_MS).map(({ level, what }) => `${level}: ${what}`);

const ending = (participant: string, days: number) => ({
  ...{ participant, use: "signing", keyId: `key-of-${participant}` },
  endsAtMs: NOW_MS + days * DAY_MS,
});

test("keys that end are told: each of the exchange, and whose else (TP-KEY-7)", () => {
  const others = ["BR", "NE", "AT", "KE", "US", "DE"].map((id) => ending(id, 50));
  const found = attentionOf(quiet, NOW_MS, [ending("", -2), ending("", 9), ...others]);
  expect(found.map(({ level, what }) => `${level}: ${what}`)).toEqual([
    "stuck: The exchange's key for signing (key-of-) has ended 2 days ago; no next one is registered.",
    "look: The exchange's key for signing (key-of-) ends in 9 days; no next one is registered.",
    "look: Keys end within 60 days and have no successor: of BR, NE, AT, KE, US and 1 more.",
  ]);
});

const waiting = (ms: number, lastHeardAt: string | undefined) => ({
  participants: [
    {
      ...participant,
      waiting: { urgent: 1, normal: 2, bulk: 0 },
      waitingSince: ago(ms),
      lastHeardAt,
    },
  ],
});

describe("what needs a person at the gateway (TP-OPS-30)", () => {
  test("is nothing while all goes on by itself", () => {
    expect(said({})).toEqual([]);
    expect(said(waiting(STATUS_LIMITS.dispatchedMs - 1, ago(0)))).toEqual([]);
  });

  test("is a log that no quorum has cosigned, after an hour, and stuck after a day (TP-LOG-19)", () => {
    const since = (ms: number) => said({ log: { ...quiet.log, unwitnessedSince: ago(ms) } });
    expect(since(LOG_LIMITS.unwitnessedMs - 1)).toEqual([]);
    expect(since(LOG_LIMITS.unwitnessedMs)[0]).toMatch(/^look: Unwitnessed: no 2 of 3 witnesses/);
    expect(since(LOG_LIMITS.unwitnessedAlarmMs)[0]).toMatch(/^stuck: Unwitnessed/);
  });

  test("is a log that is to be renewed (TP-RENEW-5)", () => {
    const due = (ms: number) => said({ log: { ...quiet.log, renewalDueAt: ago(ms) } });
    expect(due(-1)).toEqual([]);
    expect(due(0)[0]).toMatch(/^look: The message log is to be renewed since .* last: never/);
  });

  test("is a carrier that is not there", () => {
    expect(said({ connected: false })[0]).toMatch(/^stuck: There is no connection to NATS/);
  });

  test("is a participant that does not confirm, and whether it was heard meanwhile", () => {
    const [away] = attentionOf({ ...quiet, ...waiting(3_600_000 * 3, ago(3_600_000 * 4)) }, NOW_MS);
    expect(away?.what).toBe(
      "BR has not confirmed 3 messages, the oldest for 3 h; it was heard 4 h ago.",
    );
    expect(away?.remedy).toMatch(/^Call it\./);
    const [there] = attentionOf({ ...quiet, ...waiting(3_600_000 * 3, ago(1_000)) }, NOW_MS);
    expect(there?.remedy).toMatch(/^It sends and does not take/);
    expect(said(waiting(STATUS_LIMITS.dispatchedMs, undefined))).toEqual([
      "look: BR has not confirmed 3 messages, the oldest for 10 min; it was never heard.",
    ]);
  });

  test("is a participant that has filled what may be held of it (TP-GW-10)", () => {
    const filled = (storedBytes: number) => ({ participants: [{ ...participant, storedBytes }] });
    expect(said(filled(89_999))).toEqual([]);
    expect(said(filled(95_000))).toEqual([
      "look: BR fills 95 % of the 98 KiB that may be held of it.",
    ]);
  });

  test("is a disk that fills, and a checkpoint that does not get there (TP-OPS-32)", () => {
    const diskFreeBytes = STATUS_LIMITS.diskFreeBytesMin - 1;
    expect(said({ resources: { ...quiet.resources, diskFreeBytes } })).toEqual([
      "look: The disk of the store has 2.0 GiB left; without space nothing is recorded.",
    ]);
    const since = (ms: number) => ({
      log: { ...quiet.log, checkpointKept: 9, checkpointAt: ago(ms) },
    });
    expect(said(since(STATUS_LIMITS.checkpointKeptMs - 1))).toEqual([]);
    expect(said(since(STATUS_LIMITS.checkpointKeptMs))).toEqual([
      "stuck: The newest checkpoint is not on disk for 60 s.",
    ]);
  });

  test("is what waits for a decision: items of quarantine, then events with their remedy", () => {
    const event = { kind: "FORGERY", participant: "BR", open: 2, lastAt: ago(60_000) } as const;
    const found = attentionOf({ ...quiet, quarantined: 1, openEvents: [event] }, NOW_MS);
    expect(found.map(({ what }) => what)).toEqual([
      "1 unverified message in quarantine, not decided yet.",
      "FORGERY: 2 events of BR, the newest 60 s ago: a message came under a signature that is " +
        "not its sender's.",
    ]);
    expect(found[1]?.remedy).toBe(
      "Look at its items in quarantine; ask the participant what wrote there. Then acknowledge it.",
    );
  });
});

test("the page shows each participant by lane, and escapes its names (TP-OPS-31)", () => {
  const page = renderStatus({ ...quiet, attention: [], ...waiting(60_000, ago(1_000)) }, "note");
  expect(page).toContain("Focal point &lt;BR&gt;");
  expect(page).toContain("12,345");
  const [row = ""] = /<tr><th scope="row">BR<\/th>.*?<\/tr>/s.exec(page) ?? [];
  const cells = [...row.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, cell]) => cell);
  expect(cells.slice(5, 9)).toEqual(["1", "2", "0", "60 s"]);
  expect(page).not.toContain("<script");
});

test("sizes are told in the unit that says something", () => {
  const sizes = [0, 1023, 1024, 10 * 1024, 5.25 * 1024 ** 3, 3 * 1024 ** 5];
  expect(sizes.map(bytesText)).toEqual([
    "0 B",
    "1023 B",
    "1.0 KiB",
    "10 KiB",
    "5.3 GiB",
    "3072 TiB",
  ]);
});
