import { describe, expect, it } from "vitest";
import { RevocationReason, SignatureAlgorithm } from "#proto";
import { believeStatement, generateSigningKey, registerAlarms } from "#trust";
import { toTimestamp } from "#wire";
import {
  DAY_MS,
  entryOf,
  firstEntry,
  freshKeys,
  RegisterAuthority,
  START_MS,
  statementOf,
} from "../../support/register-authority.ts";
import { refusal, taken } from "../../support/register-outcome.ts";

const authority = new RegisterAuthority();
const NE = { sequence: 1n, ...freshKeys() };
const BR = { sequence: 1n, ...freshKeys() };
const neEntry = firstEntry("NE", NE);
const brEntry = firstEntry("BR", BR);
const first = authority.issue([neEntry, brEntry]);

const inForce = taken(authority.newcomer(), first);

describe("the keys of a participant", () => {
  const newHeader = generateSigningKey();
  const newIdentity = generateSigningKey();

  it("are replaced by a statement that its identity key signed (TP-REG-6)", () => {
    const said = { ...NE, sequence: 2n, header: newHeader };
    const next = taken(
      inForce,
      authority.next(first, [brEntry, entryOf("NE", statementOf("NE", said))]),
    );
    expect(next.taken?.view.signingKey(newHeader.keyId)?.participant?.id).toBe("NE");
    expect(registerAlarms(next)).toEqual([]);
  });

  it("may go over to P-256 and back, each proven by the one before (TP-TRUST-9)", () => {
    const identity = generateSigningKey(SignatureAlgorithm.ES256);
    const header = generateSigningKey(SignatureAlgorithm.ES256);
    const onP256 = { sequence: 2n, identity, header, before: NE.identity };
    const entry = entryOf("NE", statementOf("NE", onP256));
    const second = authority.next(first, [brEntry, entry]);
    const state = taken(inForce, second);
    expect(state.taken?.view.signingKey(header.keyId)?.key.algorithm).toBe(header.algorithm);
    expect(registerAlarms(state)).toEqual([]);
    const back = { ...NE, sequence: 3n, before: identity };
    const changes = [statementOf("NE", onP256)];
    const third = authority.next(second, [
      brEntry,
      entryOf("NE", statementOf("NE", back), { changes }),
    ]);
    expect(registerAlarms(taken(state, third))).toEqual([]);
  });

  it("stay the pinned ones, with an alarm, when somebody else changed them (TP-REG-7)", () => {
    const swapped = { sequence: 2n, identity: newIdentity, header: newHeader };
    const next = taken(
      inForce,
      authority.next(first, [brEntry, entryOf("NE", statementOf("NE", swapped))]),
    );
    expect(next.taken?.view.signingKey(newHeader.keyId)).toBeUndefined();
    expect(next.taken?.view.signingKey(NE.header.keyId)?.participant?.id).toBe("NE");
    expect(registerAlarms(next)).toMatchObject([{ kind: "KEYS_UNSIGNED", participant: "NE" }]);
    const own = { participant: "NE", identityKeyIds: [NE.identity.keyId] };
    expect(registerAlarms(next, own)[0]).toMatchObject({ kind: "OWN_KEYS", participant: "NE" });
    const stranger = { participant: "AT", identityKeyIds: [NE.identity.keyId] };
    expect(registerAlarms(next, stranger)[0]?.kind).toBe("OWN_ENTRY_MISSING");
    const believed = believeStatement(next, "NE");
    if (!believed.ok) throw new TypeError(believed.refusal.detail);
    expect(believed.value.taken?.view.signingKey(newHeader.keyId)?.participant?.id).toBe("NE");
    expect(registerAlarms(believed.value)).toEqual([]);
  });

  it("raise no alarm where they are one's own, nor before there is a register", () => {
    const own = { participant: "NE", identityKeyIds: ["other", NE.identity.keyId] };
    expect(registerAlarms(inForce, own)).toEqual([]);
    expect(registerAlarms(authority.newcomer(), own)).toEqual([]);
    expect(registerAlarms(inForce, { ...own, identityKeyIds: ["other"] })).toMatchObject([
      { kind: "OWN_KEYS", participant: "NE" },
    ]);
  });

  it("are believed of whom the register has, and only if it stays a register", () => {
    expect(believeStatement(inForce, "AT")).toEqual({ ok: true, value: inForce });
    const newcomer = authority.newcomer();
    expect(believeStatement(newcomer, "NE")).toEqual({ ok: true, value: newcomer });
    const borrowed = { sequence: 2n, identity: newIdentity, header: BR.header };
    const entries = [brEntry, entryOf("NE", statementOf("NE", borrowed))];
    const next = taken(inForce, authority.next(first, entries));
    expect(registerAlarms(next)).toMatchObject([{ kind: "KEYS_UNSIGNED" }]);
    expect(believeStatement(next, "NE")).toMatchObject({
      refusal: { code: "MALFORMED", field: "participants", detail: "hold a key twice" },
    });
  });

  it("stay the pinned ones when an entry leaves and comes back with others", () => {
    const without = authority.next(first, [brEntry]);
    const gone = taken(inForce, without);
    const swapped = { sequence: 2n, identity: newIdentity, header: newHeader };
    const back = authority.next(without, [brEntry, entryOf("NE", statementOf("NE", swapped))]);
    const next = taken(gone, back);
    expect(next.taken?.view.signingKey(newHeader.keyId)).toBeUndefined();
    expect(registerAlarms(next)).toMatchObject([{ kind: "KEYS_UNSIGNED" }]);
  });

  it("are not set back to an older statement", () => {
    const later = statementOf("NE", { ...NE, sequence: 5n, header: newHeader });
    const second = authority.next(first, [brEntry, entryOf("NE", later)]);
    const third = authority.next(second, [brEntry, neEntry]);
    const next = taken(taken(inForce, second), third);
    expect(next.taken?.view.signingKey(newHeader.keyId)?.participant?.id).toBe("NE");
    expect(registerAlarms(next)).toMatchObject([{ kind: "KEYS_OLDER", participant: "NE" }]);
  });

  it("are followed over identity keys that changed while a client was away (TP-REG-6)", () => {
    const lastIdentity = generateSigningKey();
    const change = statementOf("NE", {
      sequence: 2n,
      identity: newIdentity,
      header: NE.header,
      before: NE.identity,
    });
    const last = statementOf("NE", {
      sequence: 3n,
      identity: lastIdentity,
      header: newHeader,
      before: newIdentity,
    });
    const next = taken(
      inForce,
      authority.next(first, [brEntry, entryOf("NE", last, { changes: [change] })]),
    );
    expect(registerAlarms(next)).toEqual([]);
    expect(next.taken?.view.signingKey(newHeader.keyId)?.participant?.id).toBe("NE");
    const alone = taken(inForce, authority.next(first, [brEntry, entryOf("NE", last)]));
    expect(registerAlarms(alone)).toMatchObject([{ kind: "KEYS_UNSIGNED" }]);
    const broken = statementOf("NE", { sequence: 2n, identity: newIdentity, header: NE.header });
    const forged = entryOf("NE", last, { changes: [broken] });
    const alarmed = taken(inForce, authority.next(first, [brEntry, forged]));
    expect(registerAlarms(alarmed)).toMatchObject([{ kind: "KEYS_UNSIGNED" }]);
    const unchained = statementOf("NE", {
      sequence: 3n,
      identity: lastIdentity,
      header: newHeader,
    });
    const entry = entryOf("NE", unchained, { changes: [change] });
    expect(refusal(inForce, authority.next(first, [brEntry, entry]))).toBe("ENTRY_INVALID");
  });

  it("are revoked at once, pinned or not, with the time of the compromise (TP-REG-8)", () => {
    const revokedAt = toTimestamp(START_MS + 100);
    const compromisedAt = toTimestamp(START_MS - 9 * DAY_MS);
    const revocation = {
      keyId: NE.header.keyId,
      revokedAt,
      reason: RevocationReason.COMPROMISED,
      compromisedAt,
    };
    const swapped = { sequence: 2n, identity: newIdentity, header: newHeader };
    for (const statement of [statementOf("NE", NE), statementOf("NE", swapped)]) {
      const entry = entryOf("NE", statement, { revocations: [revocation] });
      const next = taken(inForce, authority.next(first, [brEntry, entry]));
      const key = next.taken?.view.signingKey(NE.header.keyId)?.key;
      expect(key).toMatchObject({ revokedAt, compromisedAt });
      expect(key?.revocationReason).toBe(RevocationReason.COMPROMISED);
    }
  });
});
