import { describe, expect, it } from "vitest";
import {
  KeyPurpose,
  Participant,
  ParticipantRegister,
  ParticipantStatus,
  SigningKey,
} from "#proto";
import { endingKeys, endingStage, endingText, generateSigningKey } from "#trust";
import { toTimestamp } from "#wire";
import { createRegisterView } from "../../../lib/trust/register-view.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 5, 1);

function keyUntil(days: number, purpose: KeyPurpose, revoked = false): SigningKey {
  const { keyId, publicRaw } = generateSigningKey();
  return SigningKey.create({
    ...{ keyId, publicKey: publicRaw, purpose },
    notBefore: toTimestamp(NOW_MS - 500 * DAY_MS),
    notAfter: toTimestamp(NOW_MS + days * DAY_MS),
    revokedAt: revoked ? toTimestamp(NOW_MS) : undefined,
  });
}

function participant(id: string, keys: readonly SigningKey[], sealingDays: readonly number[] = []) {
  return Participant.create({
    id,
    status: ParticipantStatus.ACTIVE,
    signingKeys: [...keys],
    sealingKeys: sealingDays.map((days, place) => ({
      recipient: `age1pq1${id.toLowerCase()}${place}`,
      notBefore: toTimestamp(NOW_MS - DAY_MS),
      notAfter: toTimestamp(NOW_MS + days * DAY_MS),
    })),
  });
}

const endingOf = (participants: Participant[], gatewayKeys: SigningKey[] = []) => {
  const register = ParticipantRegister.create({ version: 1n, participants, gatewayKeys });
  const found = endingKeys(createRegisterView(register), NOW_MS);
  return found.map((key) => `${key.participant} ${key.use}: ${endingText(key, NOW_MS)}`);
};

describe("keys that end (TP-KEY-7)", () => {
  it("are told from 60 days before, the soonest first", () => {
    const near = participant("NE", [keyUntil(60, KeyPurpose.HEADER)], [12]);
    const far = participant("BR", [keyUntil(60.5, KeyPurpose.HEADER)], [61]);
    const ours = [keyUntil(1.5, KeyPurpose.RECEIPT), keyUntil(-3, KeyPurpose.CHECKPOINT)];
    expect(endingOf([near, far], ours)).toEqual([
      " checkpoints: has ended 3 days ago",
      " receipts: ends in 1 day",
      "NE sealing: ends in 12 days",
      "NE signing: ends in 60 days",
    ]);
  });

  it("are not told once the register announces the next one, if that is not revoked", () => {
    const old = keyUntil(5, KeyPurpose.HEADER);
    const next = keyUntil(700, KeyPurpose.HEADER);
    expect(endingOf([participant("NE", [old, next], [3, 400])])).toEqual([]);
    const revoked = keyUntil(700, KeyPurpose.HEADER, true);
    expect(endingOf([participant("NE", [old, revoked])])).toEqual(["NE signing: ends in 5 days"]);
    const identity = keyUntil(700, KeyPurpose.IDENTITY);
    expect(endingOf([participant("NE", [old, identity])])).toEqual(["NE signing: ends in 5 days"]);
  });

  it("are not told of who takes no part", () => {
    const gone = { ...participant("NE", [keyUntil(5, KeyPurpose.HEADER)]) };
    expect(endingOf([{ ...gone, status: ParticipantStatus.REMOVED }])).toEqual([]);
  });

  it("come to four stages", () => {
    const stages = [61, 60, 30.5, 30, 7.5, 7, 0.5, 0, -1].map((days) => {
      const key = {
        participant: "NE",
        use: "signing",
        keyId: "k",
        endsAtMs: NOW_MS + days * DAY_MS,
      };
      return endingStage(key, NOW_MS);
    });
    expect(stages.slice(1)).toEqual([
      ...["60 days", "60 days", "30 days", "30 days"],
      ...["7 days", "7 days", "ended", "ended"],
    ]);
  });
});
