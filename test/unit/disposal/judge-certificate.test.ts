import { expect, test } from "vitest";
import { certificateProblem, type DisposalRun, encodeItem, writeCertificate } from "#disposal";
import { SignedDisposalCertificate } from "#proto";
import { createSigner, PAYLOAD_TYPES, type SigningKeyPair } from "#trust";
import { makeParties } from "../../support/parties.ts";

/** Anybody with the register verifies a certificate of disposal (TP-PREC-8). */

const AT_MS = Date.now();
const parties = makeParties([{ id: "NE" }, { id: "BR" }]);
const RUN: DisposalRun = {
  state: "running",
  ...{ id: 1, why: null, authority: "x", askedBy: "o", askedAtMs: 0, due: 1 },
  ...{ confirmedBy: "", records: 0, parts: 0, bytes: 0, held: 0, endedAtMs: null },
  ...{ declinedBy: "", declinedBecause: "" },
};

function signed(pair: SigningKeyPair, participant: string, atMs = AT_MS) {
  const items = [encodeItem({ subject: "case 1", retentionClass: "trace" })];
  const said = { id: 1, disposedAtMs: atMs, scheduleVersion: 0, items, participant };
  const certificate = writeCertificate(RUN, said);
  const { keyId, sign } = createSigner(pair, PAYLOAD_TYPES.disposal);
  const signatures = [{ keyId, value: sign(certificate) }];
  return SignedDisposalCertificate.create({ certificate, signatures, items });
}

const problem = (one: SignedDisposalCertificate) => certificateProblem(one, parties.register);

test("one of a participant is signed with its own key, one of the gateway with a receipt key", () => {
  const ne = parties.party("NE").key;
  expect(problem(signed(ne, "NE"))).toBeUndefined();
  expect(problem(signed(parties.receiptKey, ""))).toBeUndefined();
  expect(problem(signed(ne, "BR"))).toContain("is not one of BR");
  expect(problem(signed(ne, ""))).toContain("is not one of the gateway");
  expect(problem(signed(parties.receiptKey, "NE"))).toContain("is not one of NE");
});

test("another item, another byte, no signature and a key out of its time are told", () => {
  const ne = parties.party("NE").key;
  const good = signed(ne, "NE");
  const other = [encodeItem({ subject: "case 2", retentionClass: "trace" })];
  expect(problem({ ...good, items: other })).toBe("its items are not the ones it names");
  expect(problem({ ...good, signatures: [] })).toBe("it is not signed");
  const [signature] = good.signatures;
  const wrong = [{ keyId: signature?.keyId ?? "", value: Buffer.alloc(64) }];
  expect(problem({ ...good, signatures: wrong })).toBe("its signature does not verify");
  const unknown = [{ keyId: "00", value: Buffer.alloc(64) }];
  expect(problem({ ...good, signatures: unknown })).toContain("has no key 00");
  const early = signed(ne, "NE", Date.UTC(1990, 0, 1));
  expect(problem(early)).toContain("was not valid when it was written");
});
