import { expect, test } from "vitest";
import { RevocationReason } from "#proto";
import { openRegister, type RegisterView } from "#trust";
import { parseDispatch, toTimestamp } from "#wire";
import { checkDispatchEvidence } from "../../../lib/post/evidence-check.ts";
import { forgeDispatch } from "../../support/forged-dispatch.ts";
import { traceRequest } from "../../support/messages.ts";
import { makeParties, reissue } from "../../support/parties.ts";

const NOW_MS = Date.UTC(2026, 2, 1);
const parties = makeParties([{ id: "NE" }, { id: "BR" }]);

/** The next register, with the gateway's keys revoked for a reason. */
function revoked(revocationReason: RevocationReason): RegisterView {
  const bytes = reissue(parties, parties.registerBytes, ({ gatewayKeys }) => ({
    gatewayKeys: gatewayKeys.map((key) => ({
      ...key,
      revokedAt: toTimestamp(NOW_MS + 1),
      revocationReason,
    })),
  }));
  const opened = openRegister(bytes, [parties.root.publicKey]);
  if (!opened.ok) throw new TypeError(opened.refusal.detail);
  return opened.value;
}

test("a key that was replaced proves what it signed, a stolen one nothing (TP-KEY-4)", () => {
  const { bytes } = traceRequest(parties.party("NE"), ["BR"]);
  const parsed = parseDispatch(forgeDispatch(parties, bytes, { recordedAtMs: NOW_MS }));
  if (!parsed.ok) throw new TypeError(parsed.refusal.field);
  const { dispatch, message } = parsed.value;
  const judge = (register: RegisterView) =>
    checkDispatchEvidence(dispatch.evidence, message, "BR", register);
  expect(judge(parties.register)).toMatchObject({ ok: true });
  expect(judge(revoked(RevocationReason.SUPERSEDED))).toMatchObject({ ok: true });
  expect(judge(revoked(RevocationReason.COMPROMISED))).toMatchObject({
    refusal: { code: "NOT_LOGGED", field: "evidence.checkpoint" },
  });
});
