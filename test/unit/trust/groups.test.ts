import { describe, expect, it } from "vitest";
import { authorizeHeader, defaultPolicy } from "#policy";
import {
  AlertKind,
  AlertMove,
  AlertScope,
  Boundness,
  Disclosed,
  type Header,
  Kind,
  Lane,
  ParticipantRegister,
  ParticipantStatus,
  Role,
} from "#proto";
import { CurrentRegister, expandGroup, groupMembers, type RegisterView } from "#trust";
import { toTimestamp } from "#wire";
import { checkGroup, checkGroups } from "../../../lib/trust/groups.ts";
import { type HeaderChanges, headerOf, traceRequest } from "../../support/messages.ts";
import { makeParties } from "../../support/parties.ts";

const parties = makeParties([
  { id: "NE" },
  { id: "NE-CUSTOMS", role: Role.BORDER_AGENCY },
  { id: "BR" },
  { id: "AT" },
  { id: "TR", boundness: Boundness.SIGNATORY },
]);
const register: RegisterView = {
  ...parties.register,
  groups: [{ name: "COAST", members: ["NE", "BR", "AT"] }],
};
const NOW = Date.now();

const ALERT: HeaderChanges = {
  kind: Kind.ALERT,
  lane: Lane.URGENT,
  disclosed: Disclosed.create({
    alertMove: AlertMove.ALERT,
    alertKind: AlertKind.WANTED_FIREARM,
    alertScope: AlertScope.PRIVATE,
  }),
  registerVersion: register.version,
};

function alertTo(recipients: readonly string[], changes: HeaderChanges) {
  const alert = traceRequest(parties.party("NE"), recipients, { ...ALERT, ...changes });
  return authorizeHeader(headerOf(alert), { register, policy: defaultPolicy() }, NOW);
}

describe("a group of the register (TP-TRUST-8)", () => {
  const addressedGroup = "COAST";

  it("is expanded to its members without the sender", () => {
    expect(expandGroup("COAST", "NE", register, NOW)).toEqual(["BR", "AT"]);
    expect(expandGroup("COAST", "TR", register, NOW)).toEqual(["NE", "BR", "AT"]);
    expect(alertTo(["AT", "BR"], { addressedGroup })).toMatchObject({ ok: true });
  });

  it("may be expanded by the register before, when the change overtook the message", () => {
    const next: RegisterView = {
      ...register,
      version: 2n,
      groups: [{ name: "COAST", members: [] }],
    };
    const current = new CurrentRegister(register);
    current.replace(next);
    const message = headerOf(traceRequest(parties.party("NE"), ["AT", "BR"], ALERT));
    const basis = { register: next, policy: defaultPolicy() };
    const decide = (header = message) =>
      authorizeHeader(header, { ...basis, earlier: (version) => current.at(version) }, NOW);
    expect(decide({ ...message, addressedGroup })).toMatchObject({ ok: true });
    const early = { ...message, addressedGroup, registerVersion: 0n };
    expect(decide(early)).toMatchObject({ refusal: { field: "header.register_version" } });
  });

  it.each([
    ["a member is left out", ["BR"], {}, "header.recipients"],
    ["somebody else is added", ["AT", "BR", "TR"], {}, "header.recipients"],
    ["there is no such group", ["AT"], { addressedGroup: "INLAND" }, "header.addressed_group"],
    ["another version was used", ["AT", "BR"], { registerVersion: 9n }, "header.register_version"],
  ] as const)("is refused when %s", (_what, recipients, changes, field) => {
    expect(alertTo([...recipients], { addressedGroup, ...changes })).toMatchObject({
      refusal: { code: "NOT_PERMITTED", field },
    });
  });

  it("is not asked of a message to no group", () => {
    expect(alertTo(["TR"], {})).toMatchObject({ ok: true });
  });
});

describe("the parties of an instrument (TP-TRUST-8)", () => {
  it("are the focal points of States bound by it, a signatory is not", () => {
    expect(groupMembers("PARTIES:ITI", register, NOW)).toEqual(["NE", "BR", "AT"]);
    expect(groupMembers("PARTIES:ITI", register, -1)).toEqual([]);
    expect(groupMembers("PARTIES:NONE", register, NOW)).toBeUndefined();
    expect(groupMembers("PARTIES:UNSPECIFIED", register, NOW)).toBeUndefined();
  });
});

describe("a group that a header names", () => {
  const message = traceRequest(parties.party("NE"), ["AT", "BR"], ALERT);
  const header = { ...headerOf(message), addressedGroup: "COAST" };
  const check = (changes: Partial<Header>, view = register, earlier: RegisterView[] = []) => {
    const at = (version: bigint) => earlier.find((one) => one.version === version);
    const refusal = checkGroup({ ...header, ...changes }, view, NOW, at);
    return refusal === undefined ? "passes" : `${refusal.field} ${refusal.detail}`;
  };
  const others = "header.recipients are not the members of the group";

  it("is exactly those that it is sent to, in any order", () => {
    expect(check({})).toBe("passes");
    expect(check({ recipients: ["BR", "AT"] })).toBe("passes");
    expect(check({ recipients: ["AT", "TR"] })).toBe(others);
    expect(check({ recipients: ["TR", "XK"] })).toBe(others);
    expect(check({ recipients: [] })).toBe(others);
    expect(check({ addressedGroup: "INLAND" })).toBe(
      "header.addressed_group is no group of the register",
    );
    expect(check({ registerVersion: 9n })).toBe(
      "header.register_version expanded by register 9; 1 is in force",
    );
    expect(check({ registerVersion: 9n }, register, [{ ...register, version: 9n }])).toBe("passes");
    expect(check({ addressedGroup: "", recipients: [], registerVersion: 9n })).toBe("passes");
  });

  it("has no members that are suspended", () => {
    const { SUSPENDED: status } = ParticipantStatus;
    const suspended: RegisterView = {
      ...register,
      participant: (id) => {
        const found = register.participant(id);
        return found && id === "AT" ? { ...found, status } : found;
      },
    };
    expect(check({}, suspended)).toBe(others);
    expect(check({ recipients: ["BR"] }, suspended)).toBe("passes");
  });

  it("is expanded as of the sending, and never as of the time to come", () => {
    /** The register with AT bound since so long from now. */
    const boundSince = (fromNowMs: number): RegisterView => {
      const since = toTimestamp(NOW + fromNowMs);
      const participants = register.participants.map((one) => {
        const instruments = one.instruments.map((standing) => ({ ...standing, since }));
        return one.id === "AT" ? { ...one, instruments } : one;
      });
      return { ...register, participants };
    };
    const sent = (fromNowMs: number | undefined, recipients: string[], sinceMs = -1_000) => {
      const sentAt = fromNowMs === undefined ? undefined : toTimestamp(NOW + fromNowMs);
      return check({ addressedGroup: "PARTIES:ITI", recipients, sentAt }, boundSince(sinceMs));
    };
    expect(sent(-1_001, ["BR"])).toBe("passes");
    expect(sent(-1_001, ["BR", "AT"])).toBe(others);
    expect(sent(-1_000, ["BR", "AT"])).toBe("passes");
    expect(sent(undefined, ["BR", "AT"])).toBe("passes");
    expect(sent(2_000, ["BR"], 1_000)).toBe("passes");
    expect(sent(2_000, ["BR", "AT"], 1_000)).toBe(others);
  });
});

describe("groups of a register that is checked (TP-TRUST-4)", () => {
  const check = (...groups: { name: string; members: string[] }[]) =>
    checkGroups(ParticipantRegister.create({ participants: [...register.participants], groups }));

  it("have a name of their own, in capitals", () => {
    expect(check({ name: "COAST", members: ["NE", "BR"] })).toBeUndefined();
    const detail = "must have a name of its own, such as ECOWAS";
    for (const name of ["coast", "", "PARTIES:ITI", "C", "1COAST", "COAST ", "C".repeat(33)]) {
      const field = `register.groups[${name.slice(0, 32)}]`;
      expect(check({ name, members: ["NE"] })).toEqual({ code: "MALFORMED", field, detail });
    }
    expect(check({ name: "C".repeat(32), members: ["NE"] })).toBeUndefined();
    const twice = { name: "COAST", members: ["NE"] };
    expect(check(twice, twice)).toMatchObject({ field: "register.groups[COAST]", detail });
  });

  it("hold participants, one for each State", () => {
    const field = "register.groups[COAST].members";
    const one = "must be one receiving unit for each State";
    for (const [members, detail] of [
      [[], one],
      [["NE", "NE-CUSTOMS"], one],
      [["NE", "NE"], one],
      [["NE", "XX"], "holds XX, who is no participant"],
    ] as [string[], string][]) {
      const refusal = { code: "MALFORMED", field, detail };
      expect(check({ name: "COAST", members })).toEqual(refusal);
    }
  });
});
