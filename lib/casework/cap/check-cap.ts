import type { CapAlert, CapProblem } from "./cap-alert.ts";

/** Message types that are about an earlier message. */
const ABOUT_ANOTHER: readonly CapAlert["msgType"][] = ["Update", "Cancel", "Ack", "Error"];

/** Conditions of the standard between elements (CAP 1.2, section 3.2). */
export function checkCap(alert: CapAlert): CapProblem[] {
  const problems: CapProblem[] = [];
  const demand = (holds: boolean, field: string, rule: string): void => {
    if (!holds) problems.push({ field, rule });
  };
  const { scope, msgType } = alert;
  const isAbout = ABOUT_ANOTHER.includes(msgType);
  const isLimited = scope !== "Restricted" || (alert.restriction ?? "").trim() !== "";
  demand(isLimited, "restriction", "is required for scope Restricted");
  const isAddressed = scope !== "Private" || alert.addresses.length > 0;
  demand(isAddressed, "addresses", "are required for scope Private");
  demand(!isAbout || alert.references.length > 0, "references", `are required for ${msgType}`);
  const isExplained = msgType !== "Error" || (alert.note ?? "").trim() !== "";
  demand(isExplained, "note", "is required for msgType Error");
  alert.info.forEach(({ area }, at) => {
    area.forEach(({ altitude, ceiling }, index) => {
      const field = `info.${at}.area.${index}.ceiling`;
      demand(ceiling === undefined || altitude !== undefined, field, "needs an altitude");
    });
  });
  return problems;
}
