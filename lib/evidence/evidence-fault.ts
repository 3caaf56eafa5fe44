import { TracepostError } from "#errors";

/**
 * An evidence file that is not one: `place` names the file in it, `rule` what it breaks
 * (TP-EVID-3).
 */
export function notEvidence(place: string, rule: string): TracepostError {
  return new TracepostError("VERIFICATION", "this is no evidence file as it was written", {
    problems: [`${place}: ${rule}`],
    remedy: "Ask for the file again from who exported it; unpacking and packing it changes it.",
  });
}
