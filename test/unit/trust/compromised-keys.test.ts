import { expect, test } from "vitest";
import { RevocationReason } from "#proto";
import { openRegister } from "#trust";
import { toTimestamp } from "#wire";
import { compromisedKeys } from "../../../lib/trust/versions/compromised-keys.ts";
import { makeParties, reissue, withParticipant } from "../../support/parties.ts";

test("the register gives the earliest time of a compromise, and of nothing else (TP-KEY-8)", () => {
  const parties = makeParties([{ id: "NE" }, { id: "BR" }]);
  const since = (edit: object) => {
    const bytes = reissue(parties, parties.registerBytes, (register) =>
      withParticipant(register, "NE", ({ signingKeys }) => ({
        signingKeys: signingKeys.map((key) => ({ ...key, ...edit })),
      })),
    );
    const opened = openRegister(bytes, [parties.root.publicKey]);
    if (!opened.ok) throw new TypeError(opened.refusal.detail);
    return compromisedKeys(opened.value).map(({ participant, sinceMs }) => [participant, sinceMs]);
  };
  const { COMPROMISED: revocationReason, SUPERSEDED } = RevocationReason;
  const revokedAt = toTimestamp(2_000);
  const compromisedAt = toTimestamp(1_000);
  expect(since({ revocationReason, revokedAt, compromisedAt })).toEqual([["NE", 1_000]]);
  expect(since({ revocationReason, revokedAt })).toEqual([["NE", 2_000]]);
  expect(since({ revocationReason: SUPERSEDED, revokedAt })).toEqual([]);
});
