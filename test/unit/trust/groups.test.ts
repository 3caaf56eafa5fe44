import { describe, expect, it } from "vitest";
import { authorizeHeader, defaultPolicy } from "#policy";
import {
  AlertKind,
  AlertMove,
  AlertScope,
  Boundness,
  Disclosed,
  Kind,
  Lane,
  ParticipantRegister,
  Role,
} from "#proto";
import { CurrentRegister, expandGroup, groupMembers, type RegisterView } from "#trust";
import { checkGroups } from "../../../lib/trust/groups.ts";
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

describe("groups of a register that is checked (TP-TRUST-4)", () => {
  const check = (...groups: { name: string; members: string[] }[]) =>
    checkGroups(ParticipantRegister.create({ participants: [...register.participants], groups }));

  it("have a name of their own, in capitals", () => {
    expect(check({ name: "COAST", members: ["NE", "BR"] })).toBeUndefined();
    for (const name of ["coast", "", "PARTIES:ITI"]) {
      expect(check({ name, members: ["NE"] })).toMatchObject({ code: "MALFORMED" });
    }
    const twice = { name: "COAST", members: ["NE"] };
    expect(check(twice, twice)).toMatchObject({ field: "register.groups[COAST]" });
  });

  it("hold participants, one for each State", () => {
    const field = "register.groups[COAST].members";
    for (const members of [[], ["XX"], ["NE", "NE-CUSTOMS"]]) {
      expect(check({ name: "COAST", members })).toMatchObject({ code: "MALFORMED", field });
    }
  });
});
