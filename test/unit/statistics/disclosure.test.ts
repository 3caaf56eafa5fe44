import { describe, expect, it } from "vitest";
import {
  Aggregation,
  Participant,
  ParticipantRegister,
  ParticipantStatus,
  Role,
  UseRestriction,
} from "#proto";
import { disclosurePolicy } from "#statistics";
import { createRegisterView } from "#trust";
import { toTimestamp } from "#wire";

const NOW = Date.UTC(2026, 9, 1);
const LEFT = Date.UTC(2025, 0, 29);

interface Entry {
  readonly role?: Role;
  readonly status?: ParticipantStatus;
  readonly bodies?: readonly string[];
  readonly leftAtMs?: number;
  /** Such as `ECOWAS VOLUMES`. */
  readonly consents?: readonly string[];
}

function participant(id: string, entry: Entry): Participant {
  const { bodies = ["ECOWAS"], consents = [], leftAtMs, role, status } = entry;
  return Participant.create({
    id,
    role: role ?? Role.FOCAL_POINT,
    status: status ?? ParticipantStatus.ACTIVE,
    state: id.startsWith("ORG-") ? "" : id.slice(0, 2),
    regionalBodies: bodies.map((body) => ({
      body,
      since: toTimestamp(0),
      until: leftAtMs === undefined ? undefined : toTimestamp(leftAtMs),
    })),
    disclosures: consents.map((consent) => {
      const [body = "", aggregation = ""] = consent.split(" ");
      return { body, aggregation: Aggregation[aggregation as keyof typeof Aggregation] };
    }),
  });
}

const MONITOR = { role: Role.REGIONAL_MONITOR };

function policyOf(entries: Readonly<Record<string, Entry>>, atMs = NOW) {
  const participants = Object.entries(entries).map(([id, entry]) => participant(id, entry));
  return disclosurePolicy(
    createRegisterView(ParticipantRegister.create({ version: 7n, participants })),
    atMs,
  );
}

describe("who stands for a body (TP-DISC-1)", () => {
  it("is each active regional monitor whose entry names it, and nobody else", () => {
    const policy = policyOf({
      "ORG-ECOWAS": { ...MONITOR, bodies: ["ECOWAS", "AU"] },
      "ORG-SECOND": MONITOR,
      "ORG-AWAY": { ...MONITOR, status: ParticipantStatus.SUSPENDED },
      "ORG-LEFT": { ...MONITOR, leftAtMs: LEFT },
      NE: {},
    });
    expect(policy.monitorsOf("ECOWAS")).toEqual(["ORG-ECOWAS", "ORG-SECOND"]);
    expect(policy.bodiesOf("ORG-ECOWAS")).toEqual(["AU", "ECOWAS"]);
    expect(policy.bodies).toEqual(["AU", "ECOWAS"]);
    for (const id of ["ORG-AWAY", "ORG-LEFT", "NE"]) expect(policy.bodiesOf(id)).toEqual([]);
    expect(policy.monitorsOf("OAS")).toEqual([]);
    expect(policy.registerVersion).toBe(7n);
  });
});

describe("the members of a body (TP-DISC-2)", () => {
  const entries = {
    NG: {},
    NE: { leftAtMs: LEFT },
    GH: { status: ParticipantStatus.SUSPENDED },
    BJ: { status: ParticipantStatus.REMOVED },
    "CI-CUSTOMS": { role: Role.BORDER_AGENCY },
    BR: { bodies: ["OAS"] },
    "ORG-ECOWAS": MONITOR,
  };

  it("are the States whose focal points name it, as of the date", () => {
    expect(policyOf(entries).membersOf("ECOWAS")).toEqual(["GH", "NG"]);
    expect(policyOf(entries, LEFT - 1).membersOf("ECOWAS")).toEqual(["GH", "NE", "NG"]);
    expect(policyOf(entries).membersOf("OAS")).toEqual(["BR"]);
  });
});

describe("what a body may see", () => {
  const policy = policyOf({
    NE: { consents: ["ECOWAS VOLUMES", "ECOWAS ROUTES", "ECOWAS EVENTS"] },
    NG: { consents: ["ECOWAS ROUTES", "OAS TIMELINESS"] },
    GH: { status: ParticipantStatus.REMOVED, consents: ["ECOWAS VOLUMES", "ECOWAS EVENTS"] },
    "ORG-ECOWAS": MONITOR,
    "ORG-OAS": { ...MONITOR, bodies: ["OAS"] },
  });
  const state = (code: string, aggregation: "VOLUMES" | "OUTCOMES" | "TIMELINESS") =>
    ({ about: "STATE", state: code, aggregation }) as const;

  it("are sums over all its members, without any consent (TP-DISC-3)", () => {
    expect(policy.maySee("ECOWAS", { about: "SUMS" })).toEqual({
      isGiven: true,
      by: [],
      missing: [],
    });
  });

  it("is a State by name where it has consented to that, to this body (TP-DISC-4)", () => {
    const consent = { state: "NE", aggregation: "VOLUMES" };
    expect(policy.maySee("ECOWAS", state("NE", "VOLUMES"))).toEqual({
      isGiven: true,
      by: [consent],
      missing: [],
    });
    expect(policy.maySee("OAS", state("NE", "VOLUMES"))).toEqual({
      isGiven: false,
      by: [],
      missing: [consent],
    });
    for (const aggregation of ["OUTCOMES", "TIMELINESS"] as const) {
      expect(policy.maySee("ECOWAS", state("NE", aggregation)).isGiven).toBe(false);
    }
    expect(policy.maySee("OAS", state("NG", "TIMELINESS")).isGiven).toBe(true);
    expect(policy.maySee("ECOWAS", state("GH", "VOLUMES")).isGiven).toBe(false);
    expect(policy.maySee("ECOWAS", state("", "VOLUMES")).isGiven).toBe(false);
  });

  it("is a pair where both States have consented to routes (TP-DISC-5)", () => {
    const pair = (...states: [string, string]) =>
      policy.maySee("ECOWAS", { about: "PAIR", states });
    expect(pair("NG", "NE").isGiven).toBe(true);
    expect(pair("NE", "BJ")).toEqual({
      isGiven: false,
      by: [{ state: "NE", aggregation: "ROUTES" }],
      missing: [{ state: "BJ", aggregation: "ROUTES" }],
    });
    expect(policy.maySee("OAS", { about: "PAIR", states: ["NG", "NE"] }).isGiven).toBe(false);
  });

  it("is an event with the States that have consented, and none without one (TP-DISC-6)", () => {
    const event = (fromState: string, toState: string, monitor = "ORG-ECOWAS") =>
      policy.eventFor(monitor, { fromState, toState });
    expect(event("NE", "NG")).toEqual({ fromState: "NE", toState: "" });
    expect(event("NG", "NE")).toEqual({ fromState: "", toState: "NE" });
    expect(event("NE", "NE")).toEqual({ fromState: "NE", toState: "NE" });
    expect(event("NE", "")).toEqual({ fromState: "NE", toState: "" });
    expect(event("NG", "BJ")).toBeUndefined();
    expect(event("", "")).toBeUndefined();
    expect(event("GH", "NG")).toBeUndefined();
    expect(event("NE", "NG", "ORG-OAS")).toBeUndefined();
    expect(event("NE", "NG", "NE")).toBeUndefined();
    const named = (code: string) =>
      policy.maySee("ECOWAS", { about: "EVENTS", state: code }).isGiven;
    expect([named("NE"), named("NG")]).toEqual([true, false]);
  });

  it("is of a State with two focal points what both have consented to (TP-DISC-4)", () => {
    const entries = {
      NE: { consents: ["ECOWAS VOLUMES", "ECOWAS EVENTS"] },
      "NE-POLICE": { consents: ["ECOWAS VOLUMES"] },
      "NE-CUSTOMS": { role: Role.BORDER_AGENCY },
    };
    const two = policyOf(entries);
    expect(two.maySee("ECOWAS", state("NE", "VOLUMES")).isGiven).toBe(true);
    expect(two.maySee("ECOWAS", { about: "EVENTS", state: "NE" }).isGiven).toBe(false);
    const agency = { role: Role.BORDER_AGENCY, consents: ["ECOWAS VOLUMES"] };
    const alone = policyOf({ "NE-CUSTOMS": agency });
    expect(alone.maySee("ECOWAS", state("NE", "VOLUMES")).isGiven).toBe(false);
  });
});

describe("what decides", () => {
  it("is the version of the register in force: what it has no more is not given (TP-DISC-8)", () => {
    const before = policyOf({ NE: { consents: ["ECOWAS EVENTS"] }, "ORG-ECOWAS": MONITOR });
    const after = policyOf({ NE: {}, "ORG-ECOWAS": MONITOR });
    const event = { fromState: "NE", toState: "" };
    expect(before.eventFor("ORG-ECOWAS", event)).toEqual(event);
    expect(after.eventFor("ORG-ECOWAS", event)).toBeUndefined();
  });

  it("is no handling: it has no word about counting (TP-DISC-7)", () => {
    expect(Object.keys(UseRestriction)).toEqual([
      "UNSPECIFIED",
      "ANY_LAWFUL",
      "INTELLIGENCE_ONLY",
      "NO_JUDICIAL_USE",
      "NO_ONWARD",
      "OTHER",
    ]);
  });
});
