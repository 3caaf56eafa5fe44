import { describe, expect, it } from "vitest";
import {
  Boundness,
  Handling,
  Instrument,
  KeyPurpose,
  Participant,
  ParticipantStatus,
  RevocationReason,
  Role,
  SigningKey,
  Tlp,
  UseRestriction,
} from "#proto";
import {
  checkpointKeysOf,
  generateSigningKey,
  isBound,
  isMemberOf,
  partiesGroup,
  type RegisterView,
  receivingUnit,
  strictestOf,
} from "#trust";
import { toTimestamp } from "#wire";
import { makeParties } from "../../support/parties.ts";

const FROM = Date.UTC(2020, 0, 1);
const TO = Date.UTC(2025, 0, 1);
const window = { since: toTimestamp(FROM), until: toTimestamp(TO) };

describe("an instrument (TP-TRUST-7)", () => {
  const standing = (boundness: Boundness, instrument: Instrument = Instrument.ITI) =>
    Participant.create({
      instruments: [
        { instrument: Instrument.NAIROBI, boundness: Boundness.SIGNATORY, ...window },
        { instrument, boundness, ...window },
      ],
    });
  const bound = (boundness: Boundness, atMs = FROM) =>
    isBound(standing(boundness), Instrument.ITI, atMs);

  it("is applied by a party and by a committed State, never by a signatory", () => {
    expect(bound(Boundness.PARTY)).toBe(true);
    expect(bound(Boundness.COMMITTED)).toBe(true);
    expect(bound(Boundness.SIGNATORY)).toBe(false);
    expect(bound(Boundness.UNSPECIFIED)).toBe(false);
  });

  it("is applied from its first day until before its last", () => {
    expect(bound(Boundness.PARTY, FROM - 1)).toBe(false);
    expect(bound(Boundness.PARTY, TO - 1)).toBe(true);
    expect(bound(Boundness.PARTY, TO)).toBe(false);
  });

  it("is not applied through another, nor by who is not there", () => {
    const other = standing(Boundness.PARTY, Instrument.FIREARMS_PROTOCOL);
    expect(isBound(other, Instrument.ITI, FROM)).toBe(false);
    expect(isBound(other, Instrument.NAIROBI, FROM)).toBe(false);
    expect(isBound(undefined, Instrument.ITI, FROM)).toBe(false);
  });

  it("names the group of those who apply it", () => {
    expect(partiesGroup(Instrument.ITI)).toBe("PARTIES:ITI");
    expect(partiesGroup(Instrument.UNSPECIFIED)).toBeUndefined();
    expect(partiesGroup(99 as Instrument)).toBeUndefined();
  });
});

describe("a regional body (TP-TRUST-8)", () => {
  const member = Participant.create({
    regionalBodies: [
      { body: "RECSA", ...window },
      { body: "ECOWAS", ...window },
    ],
  });

  it("has a member while it is one", () => {
    expect(isMemberOf(member, "ECOWAS", FROM)).toBe(true);
    expect(isMemberOf(member, "ECOWAS", FROM - 1)).toBe(false);
    expect(isMemberOf(member, "ECOWAS", TO)).toBe(false);
    expect(isMemberOf(member, "OAS", FROM)).toBe(false);
    expect(isMemberOf(undefined, "ECOWAS", FROM)).toBe(false);
  });
});

describe("the receiving unit of a State", () => {
  const { ACTIVE, SUSPENDED } = ParticipantStatus;
  const unitOf = (state: string) =>
    receivingUnit(
      makeParties([
        { id: "NE-CUSTOMS", role: Role.BORDER_AGENCY, status: ACTIVE },
        { id: "BR", status: SUSPENDED },
        { id: "NE" },
        { id: "KE" },
      ]).register,
      state,
    )?.id;

  it("is its active focal point", () => {
    expect(unitOf("NE")).toBe("NE");
    expect(unitOf("KE")).toBe("KE");
    expect(unitOf("BR")).toBeUndefined();
    expect(unitOf("AT")).toBeUndefined();
  });
});

describe("keys a checkpoint is believed by (TP-KEY-4)", () => {
  it("are those of the log, but for what somebody else may have had", () => {
    const [inUse, replaced, stolen, logKey] = [1, 2, 3, 4].map(() => generateSigningKey());
    if (!(inUse && replaced && stolen && logKey)) throw new TypeError("four keys");
    const revoked = (pair: typeof inUse, revocationReason: RevocationReason) => ({
      participant: undefined,
      publicKey: pair.publicKey,
      key: SigningKey.create({ keyId: pair.keyId, revocationReason }),
    });
    const { COMPROMISED, SUPERSEDED, UNSPECIFIED } = RevocationReason;
    const kept = [
      revoked(inUse, UNSPECIFIED),
      revoked(replaced, SUPERSEDED),
      revoked(stolen, COMPROMISED),
    ];
    const register: RegisterView = {
      ...makeParties([{ id: "NE" }]).register,
      gatewayKeys: (purpose) => (purpose === KeyPurpose.CHECKPOINT ? kept : []),
      logKeys: [logKey.publicKey],
    };
    expect(checkpointKeysOf(register)).toEqual([
      inUse.publicKey,
      replaced.publicKey,
      logKey.publicKey,
    ]);
  });
});

describe("what passes several messages on (ITI para 15)", () => {
  const { AMBER, GREEN, RED } = Tlp;
  const { ANY_LAWFUL, NO_ONWARD, NO_JUDICIAL_USE } = UseRestriction;
  const handling = (tlp: Tlp, use: UseRestriction[], releasableTo: string[], of = "NE") =>
    Handling.create({ tlp, use, releasableTo, originatorState: of });

  it("is handled as the strictest of them", () => {
    const own = handling(GREEN, [ANY_LAWFUL], ["NE", "BR", "KE"]);
    const others = [
      handling(RED, [NO_ONWARD], ["BR", "KE"], "BR"),
      handling(AMBER, [NO_JUDICIAL_USE, NO_ONWARD], ["KE", "NE"], "KE"),
    ];
    expect(strictestOf(own, others)).toEqual(handling(RED, [NO_ONWARD, NO_JUDICIAL_USE], ["KE"]));
  });

  it("is as it was alone, and any lawful use stays where nothing else stands", () => {
    const own = handling(GREEN, [ANY_LAWFUL], ["NE"]);
    expect(strictestOf(own, [])).toBe(own);
    expect(strictestOf(own, [own])).toEqual(own);
  });
});
