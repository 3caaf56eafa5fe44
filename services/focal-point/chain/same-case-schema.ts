import { Type } from "typebox";
import { TRACE_TRANSITIONS } from "#casework";

/** A case about the same firearm or ammunition, as answers tell it. */
export const SameCaseView = Type.Object({
  caseId: Type.String(),
  how: Type.Enum(["SERIAL", "LOOK_ALIKE", "PARTIAL", "LOT", "PACKAGING"], {
    description:
      "The serial number is the same, is read alike, or fits what could be read; of ammunition the " +
      "lot is the same, or a mark of the packaging",
  }),
  role: Type.Enum(["requesting", "requested"]),
  peer: Type.String(),
  state: Type.Enum(Object.keys(TRACE_TRANSITIONS)),
  outcome: Type.Optional(Type.String()),
  nationalCaseNumber: Type.String(),
  openedAt: Type.String({ format: "date-time" }),
});
