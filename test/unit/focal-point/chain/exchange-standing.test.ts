import { describe, expect, test } from "vitest";
import { Participant, ParticipantStatus, Role } from "#proto";
import { standingOf } from "../../../../services/focal-point/chain/exchange-standing.ts";

const point = (id: string, more: Partial<Participant> = {}) =>
  Participant.create({
    id,
    state: id.slice(0, 2),
    role: Role.FOCAL_POINT,
    status: ParticipantStatus.ACTIVE,
    ...more,
  });
const register = {
  participants: [
    point("BR-NORTH"),
    point("BR"),
    point("AT-CUSTOMS", { role: Role.BORDER_AGENCY }),
    point("IT", { status: ParticipantStatus.SUSPENDED }),
    point("US", { status: ParticipantStatus.REMOVED }),
    point("US-2"),
  ],
};

describe("a State in the register (TP-CHAIN-2)", () => {
  test.each([
    ["BR", { onExchange: true, participant: "BR" }],
    ["US", { onExchange: true, participant: "US-2" }],
    ["AT", { onExchange: false }],
    ["IT", { onExchange: false, participant: "IT", suspended: true }],
    ["ML", { onExchange: false }],
  ])("%s is on the exchange if it has an active focal point", (state, standing) => {
    expect(standingOf(register, state)).toEqual(standing);
  });
});
