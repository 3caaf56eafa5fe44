import { TracepostError } from "#errors";
import { type StatedMessage, StatedMessageSchema } from "#policy";
import { compileSchema } from "#runtime";

const { check } = compileSchema(StatedMessageSchema);

/** A message as the options of a command state it. Throws TracepostError USAGE, naming each. */
export function checkStatedMessage(value: unknown): StatedMessage {
  const checked = check(value);
  if (checked.ok) return checked.value;
  throw new TracepostError("USAGE", "the message is not stated as it must be", {
    problems: checked.problems.map(({ field, rule }) => `${field} ${rule}`),
    remedy: "See: tracepost policy explain --help",
  });
}
