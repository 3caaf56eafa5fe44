import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import {
  BOUNDNESS_NAMES,
  INSTRUMENT_NAMES,
  type ParticipantSpec,
} from "../../../deploy/local/folder/participant-spec.ts";
import {
  parseParticipantsYaml,
  participantsYaml,
} from "../../../deploy/local/folder/participants-file.ts";

describe("a participants file", () => {
  it("says who takes part, with what it leaves out filled in", () => {
    const specs = parseParticipantsYaml(`
- id: NO                      # a code that YAML 1.1 takes for false
  name: Norwegian focal point
  role: focal-point
  answering: register
  languages: [nb, en]
  instruments:
    - { instrument: ITI, boundness: committed, since: 2005-12-08 }
    - instrument: FIREARMS_PROTOCOL
      boundness: party
      since: 2003-09-23
      until: 2030-01-01
- id: ORG-ECOWAS
  name: ECOWAS
  role: regional-monitor
`);
    expect(specs).toEqual([
      {
        id: "NO",
        name: "Norwegian focal point",
        role: "focal-point",
        state: "NO",
        answering: "register",
        languages: ["nb", "en"],
        instruments: [
          { instrument: "ITI", boundness: "committed", since: "2005-12-08" },
          {
            instrument: "FIREARMS_PROTOCOL",
            boundness: "party",
            since: "2003-09-23",
            until: "2030-01-01",
          },
        ],
      },
      {
        id: "ORG-ECOWAS",
        name: "ECOWAS",
        role: "regional-monitor",
        state: "",
        answering: "officer",
        languages: ["en"],
        instruments: [],
      },
    ]);
  });

  it("lists every problem at once: line, field, rule, way out", () => {
    expect(
      problemsOf(`- id: "*"
  name: x
  role: boss
- id: ZZ
  colour: red
  role: focal-point
  state: BR
  languages: en
  instruments:
    - { instrument: X, boundness: maybe, since: 2004-13-01 }
    - { instrument: ITI, boundness: party, since: 2010-01-01, until: 2009-01-01 }
    - { instrument: ITI, boundness: party, since: 2010-02-30 }
- id: NE
  name: Niger
  role: focal-point
- id: NE
  name: Niger
  role: focal-point
- id: ORG-OAS
  name: OAS
  role: regional-monitor
  answering: officer
  languages: [english, "e n"]
`),
    ).toEqual([
      'line 1: participants[0].id: "*" is no participant id; write NE, NE-CUSTOMS or ORG-ECOWAS',
      expect.stringMatching(/^line 3: participants\[0\]\.role: "boss": must be one of focal-point/),
      "line 4: ZZ.id: ZZ is no State code; use ISO 3166-1 alpha-2, or ORG- before it",
      "line 4: ZZ.name: is missing; write the name of the organisation",
      expect.stringMatching(/^line 5: participants\[1\]\.colour: is not known; known are id, name/),
      "line 7: ZZ.state: must be ZZ as in the id; or leave out",
      "line 8: ZZ.languages: must be a list; begin each entry with a dash",
      expect.stringMatching(/^line 10: ZZ\.instruments\[0\]\.instrument: must be one of FIREARMS/),
      expect.stringMatching(/^line 10: ZZ\.instruments\[0\]\.boundness: must be one of party/),
      'line 10: ZZ.instruments[0].since: "2004-13-01" is no date; write YYYY-MM-DD',
      "line 10: ZZ.instruments: ITI stands twice; keep one",
      "line 11: ZZ.instruments[1].until: must be after since",
      'line 12: ZZ.instruments[2].since: "2010-02-30" is no date; write YYYY-MM-DD',
      "line 16: NE: stands in line 13 already; keep one entry",
      "line 22: ORG-OAS.answering: only a focal point answers; remove this field",
      'line 23: ORG-OAS.languages: "e n" is no language tag; write en, fr, pt-BR',
    ]);
  });

  it("has one focal point for a State, and room for its agencies", () => {
    const twice = `
- { id: NE, name: a, role: focal-point }
- { id: NE-POLICE, name: b, role: focal-point }
- { id: NE-CUSTOMS, name: c, role: border-agency }
`;
    expect(problemsOf(twice)).toEqual([
      "line 3: NE-POLICE: NE has the focal point NE; a State has one",
    ]);
  });

  it.each([
    ["", /must be a list/],
    ["[]", /the list is empty/],
    ["id: NE", /must be a list/],
    ["- 1", /must have fields: id, name/],
    ["- id: NE\n  id: BR", /unique/i],
    ["- id: [NE", /line 1/],
    ["- &a { id: NE, name: a, role: focal-point }\n- *a", /must have fields/],
    ["- { id: XX, name: a, role: focal-point }", /no State code/],
    ["- { id: NE, name: [a], role: focal-point }", /must be a single value/],
  ])("is refused with a reason: %j", (text, reason) => {
    expect(problemsOf(text).join("\n")).toMatch(reason);
  });

  it("of more participants than an exchange can have is refused", () => {
    const entries = Array.from({ length: 501 }, (_, place) => {
      return `- { id: NE-X${place + 100}, name: a, role: border-agency }`;
    });
    expect(problemsOf(entries.join("\n"))).toEqual(["501 participants, at most 500 are possible"]);
  });

  it("admits a user-assigned State code by explicit entry", () => {
    const [kosovo] = parseParticipantsYaml("- { id: XK, name: Kosovo, role: focal-point }");
    expect(kosovo?.state).toBe("XK");
  });

  it("never fails with anything but its list of problems", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        try {
          parseParticipantsYaml(text);
        } catch (caught) {
          expect(caught).toBeInstanceOf(TracepostError);
          expect((caught as TracepostError).code).toBe("INPUT_INVALID");
          expect((caught as TracepostError).problems.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("is written so that it reads the same again", () => {
    fc.assert(
      fc.property(fc.uniqueArray(participant, { selector: ({ state }) => state }), (specs) => {
        fc.pre(specs.length > 0);
        expect(parseParticipantsYaml(participantsYaml(specs))).toEqual(specs);
      }),
    );
  });
});

const date = fc
  .date({ min: new Date("1950-01-01"), max: new Date("2049-12-31"), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10));

const instrument = fc.record({
  instrument: fc.constantFrom(...INSTRUMENT_NAMES),
  boundness: fc.constantFrom(...BOUNDNESS_NAMES),
  since: date,
});

const participant: fc.Arbitrary<ParticipantSpec> = fc
  .record({
    id: fc.constantFrom("NE", "NO", "BR", "US", "AT", "XK", "ON"),
    // No blanks at the ends: they are not kept.
    name: fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" }),
    answering: fc.constantFrom("officer" as const, "register" as const),
    languages: fc.uniqueArray(fc.constantFrom("en", "fr", "pt-BR", "no", "ar"), { minLength: 1 }),
    instruments: fc.uniqueArray(instrument, { selector: (one) => one.instrument }),
  })
  .map((spec) => ({
    ...spec,
    name: spec.name.trim() === "" ? "-" : spec.name.trim(),
    id: spec.id === "ON" ? "OM" : spec.id,
    role: "focal-point" as const,
    state: spec.id === "ON" ? "OM" : spec.id,
  }));

function problemsOf(text: string): readonly string[] {
  try {
    parseParticipantsYaml(text);
    return [];
  } catch (caught) {
    return TracepostError.from(caught).problems;
  }
}
