import { Type } from "typebox";
import { TRACE_TRANSITIONS } from "#casework";

/** A case about the same firearm, as answers tell it. */
export const SameCaseView = Type.Object({
  caseId: Type.String(),
  how: Type.Enum(["SERIAL", "LOOK_ALIKE", "PARTIAL"], {
    description: "The serial number is the same, is read alike, or fits what could be read",
  }),
  role: Type.Enum(["requesting", "requested"]),
  peer: Type.String(),
  state: Type.Enum(Object.keys(TRACE_TRANSITIONS)),
  outcome: Type.Optional(Type.String()),
  nationalCaseNumber: Type.String(),
  openedAt: Type.String({ format: "date-time" }),
});
