import { describe, expect, test } from "vitest";
import { CustodyEvent, CustodyEventKind, FinalReply, Referral, TraceReply } from "#proto";
import { type ChainedHop, chainStory } from "../../../../lib/casework/chain/chain-story.ts";
import { checkNextHop } from "../../../../lib/casework/chain/check-next-hop.ts";
import { trailOf } from "../../../../lib/casework/chain/trail.ts";

interface Said {
  readonly next?: string;
  readonly exportedOn?: string;
  readonly importedFrom?: string;
  readonly after?: string;
  readonly isAnswered?: boolean;
}

/** A hop of a chain that KE follows; ids are made of State and number. */
function hopOf(hop: number, state: string, said: Said = {}): ChainedHop {
  const { exportedOn, importedFrom, next } = said;
  const custodyEvents = [
    ...(importedFrom === undefined
      ? []
      : [{ kind: CustodyEventKind.IMPORTED, fromState: importedFrom, toState: state }]),
    ...(next === undefined
      ? []
      : [
          {
            kind: CustodyEventKind.EXPORTED,
            fromState: state,
            toState: next,
            date: exportedOn ?? "",
          },
        ]),
  ].map((event) => CustodyEvent.create(event));
  const value = FinalReply.create({ nextState: next ?? "", custodyEvents });
  const trail = trailOf(TraceReply.create({ content: { $case: "final", value } }));
  return {
    caseId: `case-${hop}`,
    requestId: `request-${hop}`,
    previousRequestId: said.after ?? (hop === 0 ? "" : `request-${hop - 1}`),
    hop,
    requestingState: "KE",
    requestedState: state,
    offExchange: false,
    nextStates: trail.nextStates,
    trail,
    isAnswered: said.isAnswered ?? true,
  };
}

describe("where an answer leads (TP-CHAIN-4)", () => {
  test("is what EXPORTED_ONWARD, a referral and a correction say", () => {
    const final = FinalReply.create({ nextState: "IT" });
    const corrected = { correctedMessageId: "", reason: "", corrected: final };
    const referral = Referral.create({ nextStates: ["CH", "FR"] });
    const of = (content: TraceReply["content"]) => trailOf(TraceReply.create({ content }));
    expect(of({ $case: "final", value: final }).nextStates).toEqual(["IT"]);
    expect(of({ $case: "correction", value: corrected }).nextStates).toEqual(["IT"]);
    expect(of({ $case: "referral", value: referral }).nextStates).toEqual(["CH", "FR"]);
    expect(of(undefined).nextStates).toEqual([]);
    expect(trailOf(undefined)).toMatchObject({ nextStates: [], custodyEvents: [] });
  });
});

describe("the next request of a chain (TP-CHAIN-5)", () => {
  const chain = [hopOf(0, "AT", { next: "IT" }), hopOf(1, "IT", { next: "CH" })];
  const rules = (next: Partial<Parameters<typeof checkNextHop>[1]>) =>
    checkNextHop(chain, {
      previousRequestId: "request-1",
      hopNumber: 2,
      requestedState: "CH",
      ...next,
    }).map(({ field, rule }) => `${field} ${rule}`);

  test.each([
    [{}, []],
    [{ previousRequestId: "", hopNumber: 0 }, []],
    [{ previousRequestId: "nobody's" }, ["previous_request_id unknownRequest"]],
    [{ hopNumber: 1 }, ["hop_number notTheNext"]],
    [{ hopNumber: 3 }, ["hop_number notTheNext"]],
    [{ requestedState: "FR" }, ["requested_state chainGap"]],
    [{ requestedState: "AT" }, ["requested_state askedBefore", "requested_state chainGap"]],
  ])("%o breaks %o", (next, broken) => {
    expect(rules(next)).toEqual(broken);
  });
});

describe("a chain as a whole (TP-CHAIN-6)", () => {
  test("hangs together, and says where it goes on", () => {
    const story = chainStory([
      hopOf(1, "IT", { next: "CH", importedFrom: "AT", exportedOn: "2011" }),
      hopOf(0, "AT", { next: "IT", exportedOn: "2009-03-01" }),
    ]);
    expect(story).toMatchObject({ ok: true, gaps: [], cycles: [] });
    expect(story.next).toEqual({ caseId: "case-1", states: ["CH"] });
    expect(story.edges.map(({ from, kind, to }) => `${kind} ${from} ${to}`)).toEqual([
      "ASKED KE AT",
      "WENT AT IT",
      "ASKED KE IT",
      "WENT AT IT",
      "WENT IT CH",
    ]);
    expect(story.nodes.map(({ state }) => state)).toEqual(["KE", "AT", "IT", "CH"]);
  });

  test("has a gap where the importer is not who was exported to", () => {
    const story = chainStory([hopOf(0, "AT", { next: "IT" }), hopOf(1, "FR")]);
    expect(story.gaps).toMatchObject([{ caseId: "case-1", rule: "chainGap" }]);
    expect(story.gaps[0]?.because).toBe("Austria sent it to Italy; France was asked.");
  });

  test("has a gap where the next State had it from another", () => {
    const story = chainStory([
      hopOf(0, "AT", { next: "IT" }),
      hopOf(1, "IT", { importedFrom: "CH" }),
    ]);
    expect(story.gaps[0]?.because).toContain("Italy had it from Switzerland");
  });

  test("runs against time where a later State sent it on before an earlier one", () => {
    const hops = [
      hopOf(0, "AT", { next: "IT", exportedOn: "2012-05" }),
      hopOf(1, "IT", { next: "CH", exportedOn: "2010" }),
    ];
    expect(chainStory(hops).gaps).toMatchObject([{ rule: "timeOrder", hop: 1 }]);
  });

  test.each([
    ["waits", [hopOf(0, "AT", { isAnswered: false })], "WAITING"],
    ["ends", [hopOf(0, "AT")], "ENDED"],
    ["goes in a circle", [hopOf(0, "AT", { next: "IT" }), hopOf(1, "IT", { next: "AT" })], "CYCLE"],
    [
      "is as long as one may be",
      Array.from({ length: 13 }, (_, hop) => hopOf(hop, `A${hop}`, { next: `A${hop + 1}` })),
      "TOO_LONG",
    ],
  ])("that %s says so", (_what, hops, end) => {
    expect(chainStory(hops).next).toEqual({ end });
  });

  test("names a State that was asked twice, and none that was asked on two ways", () => {
    const twice = [hopOf(0, "AT", { next: "IT" }), hopOf(1, "IT", { next: "AT" }), hopOf(2, "AT")];
    expect(chainStory(twice)).toMatchObject({ ok: false, cycles: ["AT"] });
    const side = { ...hopOf(1, "IT"), caseId: "side", requestId: "side", requestedState: "IT" };
    const parallel = [hopOf(0, "AT", { next: "IT" }), hopOf(1, "IT"), side];
    expect(chainStory(parallel).cycles).toEqual([]);
  });
});
