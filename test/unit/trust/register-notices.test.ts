import { describe, expect, it } from "vitest";
import {
  KeyPurpose,
  type Participant,
  ParticipantStatus,
  RevocationReason,
  SigningKey,
} from "#proto";
import {
  type EndingKey,
  endingKeys,
  endingText,
  exchangeKey,
  generateSigningKey,
  type RegisterView,
  revokedKeys,
  standingNotice,
  takeRegister,
} from "#trust";
import { toTimestamp } from "#wire";
import { standingOf } from "../../../lib/trust/versions/register-standing.ts";
import { RegisterAuthority, START_MS } from "../../support/register-authority.ts";

/** What a person is told of a register and of keys that run out (TP-REG-3, TP-KEY-7). */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EXPIRES_MS = Date.UTC(2026, 5, 1);

describe("the countdown of a register", () => {
  /** What is said so long before it expires, of a register that was fresh some hours before. */
  const noticeAt = (leftMs: number, freshHours = 1) => {
    const nowMs = EXPIRES_MS - leftMs;
    const times = { expiresAtMs: EXPIRES_MS, freshAtMs: nowMs - freshHours * HOUR_MS };
    return standingNotice(standingOf(times, nowMs), nowMs);
  };

  it("begins two days before it expires, or when nobody says that it is the newest", () => {
    expect(noticeAt(2 * DAY_MS + 1)).toBeUndefined();
    expect(noticeAt(2 * DAY_MS)).toEqual({
      level: "look",
      what: "The participant register is to be renewed: it expires in 2 d 0 h.",
      remedy: "Ask the root holders for the next version: tracepost register draft, sign.",
    });
    expect(noticeAt(2 * DAY_MS, 25)?.what).toContain("is to be renewed");
    expect(noticeAt(2 * DAY_MS + 1, 25)).toEqual({
      level: "look",
      what: expect.stringMatching(/^Nobody has said for a day .* it expires in 2 d 0 h\.$/),
      remedy: expect.stringContaining("tracepost register freshen."),
    });
  });

  it("goes on while it is in grace, and counts up when it has closed", () => {
    expect(noticeAt(0)).toEqual({
      level: "stuck",
      what: expect.stringMatching(
        /has expired: .* not urgent are refused \(REGISTER_EXPIRED\), .* in 30 d 0 h\.$/,
      ),
      remedy: expect.stringContaining("Answers and urgent requests still go."),
    });
    expect(noticeAt(HOUR_MS - 30 * DAY_MS - 1)?.what).toMatch(/in 0 h 59 min\.$/);
    expect(noticeAt(-30 * DAY_MS - 90 * 60_000)).toEqual({
      level: "stuck",
      what: expect.stringMatching(
        /has closed 1 h 30 min ago: nothing is sent and nothing taken in \(REGISTER_EXPIRED\)\.$/,
      ),
      remedy: expect.stringContaining("Messages are kept, and go with it."),
    });
    expect(standingNotice({ name: "closed", closesAtMs: undefined }, 0)).toBeUndefined();
  });

  it.each<[leftMs: number, span: string]>([
    [DAY_MS + 23 * HOUR_MS + 59 * 60_000, "1 d 23 h"],
    [DAY_MS, "1 d 0 h"],
    [DAY_MS - 1, "23 h 59 min"],
    [HOUR_MS - 1, "0 h 59 min"],
    [59_999, "0 h 0 min"],
  ])("says %s ms in its two largest units", (leftMs, span) => {
    expect(noticeAt(leftMs)?.what).toContain(`it expires in ${span}.`);
  });
});

describe("the end of a key", () => {
  const NOW_MS = Date.UTC(2026, 5, 1);

  it.each<[leftMs: number, text: string]>([
    [2 * DAY_MS, "ends in 2 days"],
    [2 * DAY_MS - 1, "ends in 1 day"],
    [DAY_MS, "ends in 1 day"],
    [DAY_MS - 1, "ends within a day"],
    [1, "ends within a day"],
    [0, "ended less than a day ago"],
    [1 - DAY_MS, "ended less than a day ago"],
    [-DAY_MS, "has ended 1 day ago"],
    [-2 * DAY_MS, "has ended 2 days ago"],
  ])("in %s ms is said as: %s", (leftMs, text) => {
    expect(endingText({ endsAtMs: NOW_MS + leftMs } as EndingKey, NOW_MS)).toBe(text);
  });

  const key = (keyId: string, purpose: KeyPurpose, days: number | undefined) =>
    SigningKey.create({
      ...{ keyId, purpose },
      notAfter: days === undefined ? undefined : toTimestamp(NOW_MS + days * DAY_MS),
    });
  const told = (signingKeys: SigningKey[], gateway: SigningKey[] = []) => {
    const { ACTIVE: status } = ParticipantStatus;
    const participants = [{ id: "NE", status, signingKeys, sealingKeys: [] }];
    const view = {
      participants: participants as unknown as Participant[],
      gatewayKeys: (purpose: KeyPurpose) =>
        gateway.filter((one) => one.purpose === purpose).map((one) => ({ key: one })),
    } as unknown as RegisterView;
    return endingKeys(view, NOW_MS).map(({ keyId, participant, use }) =>
      [participant, use, keyId].join(" "),
    );
  };

  it("is told by its use, of the key that lasts longest", () => {
    const { HEADER, IDENTITY, RECEIPT, UNSPECIFIED } = KeyPurpose;
    expect(told([key("a", HEADER, 5), key("b", IDENTITY, 4), key("c", UNSPECIFIED, 1)])).toEqual([
      "NE identity b",
      "NE signing a",
    ]);
    expect(told([key("a", HEADER, 5), key("b", HEADER, 5)])).toEqual(["NE signing a"]);
    expect(told([key("a", HEADER, 5), key("b", HEADER, 6)])).toEqual(["NE signing b"]);
    expect(told([key("a", HEADER, 6), key("b", HEADER, 5)])).toEqual(["NE signing a"]);
    expect(told([key("a", HEADER, undefined)])).toEqual(["NE signing a"]);
    expect(told([], [key("a", RECEIPT, 5), key("b", KeyPurpose.CHECKPOINT, 4)])).toEqual([
      " checkpoints b",
      " receipts a",
    ]);
  });

  it("is told of the key that signs freshness too", () => {
    const authority = new RegisterAuthority();
    const { taken } = takeRegister(authority.newcomer(), authority.issue([]), START_MS).state;
    if (taken === undefined) throw new TypeError("not taken");
    const endMs = START_MS + 4_000 * DAY_MS;
    const uses = endingKeys(taken.view, endMs - DAY_MS).map(({ keyId, use }) => [use, keyId]);
    expect(uses).toEqual([
      ["receipts", authority.receiptKey.keyId],
      ["checkpoints", authority.checkpointKey.keyId],
      ["freshness", authority.freshnessKey.keyId],
    ]);
  });

  it("comes sooner for a key of the exchange that is revoked, once, at the first time", () => {
    const { COMPROMISED, LOST, SUPERSEDED } = RevocationReason;
    const keys = [key("a", KeyPurpose.RECEIPT, 5), key("b", KeyPurpose.RECEIPT, 5)];
    const revoke = (of: readonly SigningKey[], reason: RevocationReason, more: object = {}) =>
      revokedKeys(of, ["a"], { atMs: NOW_MS, reason, ...more });
    const lost = revoke(keys, LOST);
    const revokedAt = toTimestamp(NOW_MS);
    expect(lost).toEqual([{ ...keys[0], revokedAt, revocationReason: LOST }, keys[1]]);
    expect(revoke(lost, SUPERSEDED)).toEqual(lost);
    const stolen = revoke(lost, COMPROMISED, { atMs: NOW_MS + 9, compromisedAtMs: 2_000 });
    const compromisedAt = toTimestamp(2_000);
    expect(stolen[0]).toMatchObject({ revokedAt, revocationReason: COMPROMISED, compromisedAt });
    expect(revoke(stolen, COMPROMISED, { compromisedAtMs: 1_000 })).toEqual(stolen);
  });

  it("is two years after it begins, of a key of the exchange", () => {
    const pair = generateSigningKey();
    expect(exchangeKey(pair, KeyPurpose.RECEIPT, NOW_MS)).toMatchObject({
      keyId: pair.keyId,
      publicKey: pair.publicRaw,
      purpose: KeyPurpose.RECEIPT,
      notBefore: toTimestamp(NOW_MS),
      notAfter: toTimestamp(NOW_MS + 730 * DAY_MS),
      revokedAt: undefined,
    });
  });
});
