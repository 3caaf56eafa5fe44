import { Type } from "typebox";
import {
  checkTraceRequest,
  completenessOf,
  fromFinding,
  TraceRequestFacts,
  toTraceRequest,
  withLacking,
} from "#casework";
import { Instrument, Priority } from "#proto";
import { createRule } from "./rule.ts";

const closed = { additionalProperties: false } as const;
const State = Type.Optional(Type.String({ pattern: "^[A-Z]{2}$" }));
const { UNSPECIFIED: _none, ...PRIORITIES } = Priority;
const { UNSPECIFIED: _neither, ...INSTRUMENTS } = Instrument;
const Names = <L extends Record<string, number>>(list: L) =>
  Type.Enum(Object.keys(list) as (keyof L & string)[]);

/** Later than any date in a request, so that nothing undated is called a thing of the future. */
const END_OF_TIME_MS = Date.UTC(9998, 0);

/** How complete a request is, and what was found about it (TP-REQ-5). */
export const completenessRule = createRule({
  name: "completeness",
  about: "points of a trace request from 0 to 100, with everything that was found about it",
  input: Type.Object(
    {
      ...TraceRequestFacts.properties,
      /** The body of `POST /v1/traces` is taken too; the facts are then those of `request`. */
      request: Type.Optional(TraceRequestFacts),
      to: Type.Optional(Type.String({ maxLength: 32 })),
      status: Type.Optional(Type.String({ maxLength: 16 })),
      handling: Type.Optional(Type.Object({})),
      expiresAt: Type.Optional(Type.String({ maxLength: 40 })),
      /** Facts of the header; rules that need one that is absent are left out. */
      requestingState: State,
      requestedState: State,
      priority: Type.Optional(Names(PRIORITIES)),
      instrumentBasis: Type.Optional(Type.Array(Names(INSTRUMENTS), { maxItems: 16 })),
      /** Languages that the requested State accepts, BCP 47. */
      acceptedLanguages: Type.Optional(Type.Array(Type.String({ maxLength: 35 }))),
    },
    closed,
  ),
  decide: (input) => {
    const { acceptedLanguages, instrumentBasis, priority, requestedState } = input;
    const facts = input.request ?? factsOf(input);
    const request = toTraceRequest(facts, {
      requestingState: input.requestingState ?? facts.recovery?.country ?? "",
      requestedState: requestedState ?? "",
      // A rule reads no clock: without a time of its own a request is judged by its recovery.
      nowMs: Date.parse(facts.recovery?.date ?? "") || END_OF_TIME_MS,
    });
    const found = checkTraceRequest(request, {
      ...(priority === undefined ? {} : { priority: Priority[priority] }),
      ...(instrumentBasis === undefined
        ? {}
        : { instrumentBasis: instrumentBasis.map((name) => Instrument[name]) }),
      ...(acceptedLanguages === undefined ? {} : { acceptedLanguages }),
    }).filter(({ field }) => requestedState !== undefined || field !== "requested_state");
    const completeness = completenessOf(request, found);
    const findings = withLacking(found, completeness).map(fromFinding);
    return { ok: true, value: { score: completeness.points, findings } };
  },
});

function factsOf(input: TraceRequestFacts): TraceRequestFacts {
  const names = Object.keys(TraceRequestFacts.properties);
  return Object.fromEntries(Object.entries(input).filter(([name]) => names.includes(name)));
}
