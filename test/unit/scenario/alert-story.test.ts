import { describe, expect, it } from "vitest";
import { agenciesOf, castAlertStory } from "../../../scenario/alerts/cast.ts";
import { tellAlertPages, tellAlertStory } from "../../../scenario/alerts/tell.ts";
import { inventRegisters } from "../../../scenario/made-up-register.ts";
import { inventParticipants } from "../../../scenario/participants.ts";
import { plannedRequest } from "../../support/recovered-rows.ts";

const STATES = ["AT", "BE", "BR", "US"];
const cast = castAlertStory([plannedRequest()], STATES);
if (cast === undefined) throw new TypeError("nobody plays");

describe("who plays in the alert story", () => {
  it("is the first State that asks, and two others that did not make the firearm", () => {
    expect(cast).toMatchObject({ members: ["US", "BE", "BR"], make: "GLOCK", madeIn: "AT" });
    expect(agenciesOf(cast)).toEqual(["US-CUSTOMS", "BE-CUSTOMS"]);
  });

  it("is nobody where nobody asks, or where there are too few States", () => {
    expect(castAlertStory([], STATES)).toBeUndefined();
    expect(castAlertStory([plannedRequest()], ["AT", "BE", "US"])).toBeUndefined();
    expect(agenciesOf(undefined)).toEqual([]);
  });

  it("joins the exchange: a group of focal points, and border agencies of two of them", () => {
    const participants = inventParticipants(STATES, cast);
    const inGroup = participants.filter(({ groups }) => groups?.includes("MADE-UP-REGION"));
    expect(inGroup.map(({ id }) => id)).toEqual(["BE", "BR", "US"]);
    const agencies = participants.filter(({ role }) => role === "border-agency");
    expect(agencies.map(({ id, state }) => [id, state])).toEqual([
      ["US-CUSTOMS", "US"],
      ["BE-CUSTOMS", "BE"],
    ]);
  });

  it("finds a firearm that the State which made it knows", () => {
    const records = inventRegisters([plannedRequest()], cast).get("AT") ?? [];
    expect(records.at(-1)).toMatchObject({ serial: "MADEUP-4711", exportedTo: "US", madeUp: true });
  });
});

describe("what a person is told of the alert", () => {
  const story = {
    ...{ cast, alertId: "alert-1", sentTo: ["BE", "BR", "US"], wasFound: true },
    trace: { caseId: "case-1", to: "AT", outcome: "EXPORTED_ONWARD" },
  };

  it("is its life in sentences, which name a possible match and no more", () => {
    const text = tellAlertStory(story).join("\n");
    expect(text).toContain("US-CUSTOMS warned the group MADE-UP-REGION");
    expect(text).toContain("BE passed it on to BE-CUSTOMS");
    expect(text).toContain("possible match, verify");
    expect(text).toContain("Belgium asked Austria where the firearm came from");
    expect(text).toContain("took the alert back");
  });

  it("is in a resumed run that it was found before", () => {
    const text = tellAlertStory({ ...story, wasFound: false }).join("\n");
    expect(text).toContain("in an earlier run");
    expect(text).not.toContain("possible match");
  });

  it("is which page to open and which command to give", () => {
    const text = tellAlertPages(story, "/d", (id) => `http://${id}`).join("\n");
    expect(text).toContain("status page of who found   http://BE-CUSTOMS");
    expect(text).toContain("npx tracepost alert show alert-1 --data /d --participant US-CUSTOMS");
    expect(text).toContain("npx tracepost trace show case-1 --data /d --participant BE");
  });
});
