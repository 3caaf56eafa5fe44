import { beforeEach, describe, expect, test } from "vitest";
import { Referral, ReferralMode, TraceReply, type TraceRequest } from "#proto";
import { forwardRefusal, forwardStates } from "../../../services/focal-point/onward/may-forward.ts";
import { keepGrants } from "../../../services/focal-point/onward/onward-record.ts";
import { TwoFocalPoints } from "../../support/two-focal-points.ts";

let both: TwoFocalPoints;

const open = async (change: (request: TraceRequest) => void = () => {}): Promise<void> => {
  both = await TwoFocalPoints.open(change);
  const acknowledgement = { nationalReference: "AT/1", expectedBy: undefined };
  await both.reply({ $case: "acknowledgement", value: acknowledgement });
  await both.carry("AT");
};
const passedOn = (...nextStates: string[]) => {
  const forwardedMessageId = "019b0f6e-9d02-7b1e-8a44-51c7e0d3f6b8";
  const mode = ReferralMode.FORWARD;
  const value = Referral.create({ mode, nextStates, forwardedMessageId });
  return both.reply({ $case: "referral", value });
};
/** KE gives leave to pass its request on; kept by who gave it, by who received it, or both. */
const leave = async (releaseTo: string, ...ends: ("KE" | "AT")[]): Promise<void> => {
  const { requestMessageId: messageId } = await both.caseOf("AT");
  const given = { releaseTo: [releaseTo], requestId: "decision", nowMs: both.nowMs };
  for (const end of ends) await keepGrants(both.stores[end], { sender: "KE", messageId }, given);
};

beforeEach(() => open());

describe("a referral that tells of a request passed on (TP-MOVE-10, TP-CHAIN-8)", () => {
  test("is not sent without consent and without leave", async () => {
    const noConsent = { field: "referral.mode", rule: "noConsent" };
    expect(await passedOn("IT")).toMatchObject({ type: "invalid", errors: [noConsent] });
  });

  test("is taken with consent in the request", async () => {
    await open((request) => {
      request.onwardForwardConsent = true;
    });
    expect(await passedOn("IT")).toMatchObject({ type: "sent", state: "REFERRED" });
    expect(await both.carry("AT")).toBeUndefined();
    expect(await both.states()).toEqual(["REFERRED", "REFERRED"]);
  });

  test.each(["IT", "IT-POLICE"])("is taken with leave for %s alone", async (granted) => {
    await leave(granted, "KE", "AT");
    expect(await passedOn("IT", "CH")).toMatchObject({ type: "invalid" });
    expect(await passedOn("IT")).toMatchObject({ type: "sent", state: "REFERRED" });
    expect(await both.carry("AT")).toBeUndefined();
    expect(await both.states()).toEqual(["REFERRED", "REFERRED"]);
  });

  test("is refused by the State that gave no leave, and moves nothing there", async () => {
    await leave("IT", "AT");
    expect(await passedOn("IT")).toMatchObject({ type: "sent" });
    expect(await both.carry("AT")).toMatchObject({
      code: "BODY_INVALID",
      field: "body.referral.mode",
      detail: "noConsent",
    });
    expect(await both.caseOf("KE")).toMatchObject({ state: "ACKNOWLEDGED" });
  });

  test("needs consent or leave also where the header of the request is not kept", async () => {
    const forget = async (): Promise<void> => {
      await both.stores.AT.run("UPDATE trace_case SET request_header = NULL");
      await both.stores.KE.run("UPDATE post_outbox SET envelope = NULL, draft = NULL");
    };
    const referral = Referral.create({ mode: ReferralMode.FORWARD, nextStates: ["IT"] });
    const statesOf = async (end: "KE" | "AT") =>
      await forwardStates(both.stores[end], await both.caseOf(end), { originator: "KE", referral });
    await forget();
    expect([await statesOf("AT"), await statesOf("KE")]).toEqual([[], []]);
    await leave("IT", "KE", "AT");
    expect([await statesOf("AT"), await statesOf("KE")]).toEqual([["IT"], ["IT"]]);
    await open((request) => {
      request.onwardForwardConsent = true;
    });
    await forget();
    expect(await statesOf("KE")).toEqual(["IT"]);
    const content = { $case: "referral", value: referral } as const;
    const body = TraceReply.encode(TraceReply.create({ content })).finish();
    await open();
    await forget();
    const known = await both.caseOf("KE");
    const refusal = await forwardRefusal(both.stores.KE, known, { originator: "KE", body });
    expect(refusal).toMatchObject({ code: "BODY_INVALID", detail: "noConsent" });
  });
});
