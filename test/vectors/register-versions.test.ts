import { describe, expect, it } from "vitest";
import {
  firstState,
  parseRegisterBundle,
  type RegisterState,
  registerAlarms,
  takeRegister,
} from "#trust";
import { rootSetOf, VERSION_VECTORS } from "../support/register-vectors.ts";
import { bytesOf } from "../support/vectors.ts";

/** What an offer brought, as the vectors say it. */
function offered(state: RegisterState, bundle: Uint8Array, nowMs: number) {
  const parsed = parseRegisterBundle(bundle);
  if (!parsed.ok) return { state, outcome: "refused", refusal: parsed.refusal };
  const taking = takeRegister(state, parsed.value, nowMs);
  const refusal = taking.outcome === "refused" ? taking.refusal : undefined;
  return { state: taking.state, outcome: taking.outcome, refusal };
}

describe("the golden vectors of register versions", () => {
  it("are taken and refused in their order, as each says (TP-REG-5)", () => {
    let state = firstState(rootSetOf(VERSION_VECTORS.roots));
    for (const offer of VERSION_VECTORS.offers) {
      const judged = offered(state, bytesOf(offer.bundle), offer.now_ms);
      state = judged.state;
      const view = state.taken?.view;
      expect({
        name: offer.name,
        outcome: judged.outcome,
        code: judged.refusal?.code,
        field: judged.refusal?.field,
        version: Number(view?.version ?? 0n),
        participants: (view?.participants ?? []).map(({ id }) => id),
        header_key_of_ne: view?.participant("NE")?.signingKeys[0]?.keyId ?? "",
        alarms: registerAlarms(state).map(({ kind, participant }) => `${kind} ${participant}`),
      }).toEqual({
        name: offer.name,
        outcome: offer.outcome,
        code: offer.code,
        field: offer.field,
        version: offer.version,
        participants: offer.participants,
        header_key_of_ne: offer.header_key_of_ne,
        alarms: offer.alarms,
      });
    }
  });
});
