import { describe, expect, it } from "vitest";
import { directoryOf } from "#participant";
import { Participant, ParticipantStatus } from "#proto";
import { entryFacts, generateSigningKey, openBundle } from "#trust";
import { parseParticipantsYaml, registeredParticipant } from "../../../deploy/local/index.ts";
import {
  entryOf,
  RegisterAuthority,
  START_MS,
  statementOf,
} from "../../support/register-authority.ts";

const authority = new RegisterAuthority();

const NE = `
- id: NE
  name: Niger, focal point
  role: focal-point
  languages: [fr, en]
  instruments:
    - { instrument: ITI, boundness: committed, since: 2005-12-08 }
    - { instrument: FIREARMS_PROTOCOL, boundness: signatory, since: 2001-05-31 }
  regionalBodies:
    - { body: ECOWAS, since: 1975-05-28, until: 2025-01-29 }
  units:
    - { id: GAYA, name: Gaya border post, locode: NEGAY, since: 2020-01-01 }
  dutyDesks:
    - { name: Duty desk, telephone: "+22720723553", languages: [fr], always: true }
  calendar:
    timeZone: Africa/Niamey
    restDays: [6, 7]
    holidays: [2026-03-03]
    opens: "08:00"
    closes: "17:30"
  quotas: { messagesPerSecond: 50 }
  disclosures:
    - { body: UNODC, aggregation: VOLUMES }
`;

/** The participant of a file with one entry. */
function participantOf(yaml: string): Participant {
  const [spec] = parseParticipantsYaml(yaml);
  if (spec === undefined) throw new TypeError("no participant");
  return registeredParticipant(spec);
}

/** What is wrong with a file. */
function problemsOf(yaml: string): readonly string[] {
  try {
    parseParticipantsYaml(yaml);
  } catch (caught) {
    return (caught as { problems: string[] }).problems;
  }
  return [];
}

function viewOf(participants: readonly Participant[]) {
  const entries = participants.map((participant) => {
    const keys = { identity: generateSigningKey(), header: generateSigningKey() };
    const statement = statementOf(participant.id, { sequence: 1n, ...keys });
    return entryOf(participant.id, statement, { participant });
  });
  const opened = openBundle(authority.issue(entries), authority.roots.set);
  if (!opened.ok) throw new TypeError(`${opened.refusal.field} ${opened.refusal.detail}`);
  return opened.value.taken.view;
}

describe("what a participants file says beside who takes part (TP-REG-14)", () => {
  it("is in the entry, and told in lines that a person compares", () => {
    const facts = entryFacts(entryOf("NE", null as never, { participant: participantOf(NE) }));
    expect(facts).toEqual(
      expect.arrayContaining([
        "FIREARMS_PROTOCOL signatory since 2001-05-31",
        "member of ECOWAS (Economic Community of West African States) 1975-05-28 to 2025-01-29",
        "unit GAYA (Gaya border post) since 2020-01-01",
        "desk Duty desk +22720723553 fr at any hour",
        "works in Africa/Niamey from 08:00 to 17:30",
        "rests on Saturday, Sunday",
        "holiday 2026-03-03",
        "lets UNODC (United Nations Office on Drugs and Crime) see VOLUMES",
      ]),
    );
  });

  it("is refused by line, field and rule", () => {
    const wrong = NE.replace("ECOWAS,", "ECOWASS,")
      .replace("until: 2025-01-29", "until: 1974-01-29")
      .replace("NEGAY", "GAYA!")
      .replace("Africa/Niamey", "Africa/Nowhere")
      .replace("[6, 7]", "[8]")
      .replace('closes: "17:30"', 'closes: "07:00"')
      .replace("VOLUMES", "EVERYTHING")
      .replace("messagesPerSecond: 50", "messagesPerSecond: many");
    const fields = problemsOf(wrong).map((problem) => /NE\.([a-zA-Z.[\]0-9]+)/u.exec(problem)?.[1]);
    expect(fields).toEqual([
      "regionalBodies[0].body",
      "regionalBodies[0].until",
      "units[0].locode",
      "calendar.timeZone",
      "calendar.restDays",
      "calendar.closes",
      "quotas.messagesPerSecond",
      "disclosures[0].aggregation",
    ]);
  });
});

describe("the register of contact points (TP-DIR-1)", () => {
  const suspended = Participant.create({ id: "KE", status: ParticipantStatus.SUSPENDED });
  const view = viewOf([
    participantOf(NE),
    { ...participantOf(NE.replace("id: NE", "id: KE")), status: suspended.status },
    { ...participantOf(NE.replace("id: NE", "id: AT")), status: ParticipantStatus.REMOVED },
  ]);
  const find = (filter: Parameters<typeof directoryOf>[1], nowMs = START_MS) =>
    directoryOf(view, filter, nowMs).contacts;

  it("tells who is on the exchange, what binds today, and how it is reached", () => {
    expect(find({}).map(({ onExchange, participant }) => [participant, onExchange])).toEqual([
      ["KE", false],
      ["NE", true],
    ]);
    const [ne] = find({ state: "NE" });
    expect(ne?.instruments.map(({ bound, instrument }) => [instrument, bound])).toEqual([
      ["ITI", true],
      ["FIREARMS_PROTOCOL", false],
    ]);
    expect(ne?.bodies[0]).toMatchObject({ body: "ECOWAS", until: "2025-01-29" });
    expect(ne?.disclosures).toEqual([{ body: "UNODC", aggregation: "VOLUMES" }]);
    expect(find({ instrument: "NAIROBI" })).toEqual([]);
    expect(find({ instrument: "ITI", state: "NE" })).toHaveLength(1);
  });

  it("tells whether it works now, by its own clock", () => {
    const openAt = (day: number, hour: number) =>
      find({ state: "NE" }, Date.UTC(2026, 2, day, hour))[0]?.openNow;
    // Niamey is an hour ahead of UTC; 2 March 2026 is a Monday, 3 March a holiday.
    expect([openAt(2, 6), openAt(2, 7), openAt(2, 16), openAt(2, 17)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([openAt(3, 10), openAt(7, 10)]).toEqual([false, false]);
  });
});
