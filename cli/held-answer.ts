import type { CommandResult } from "./command-result.ts";
import { accessWords, type ServiceOptions } from "./service-access.ts";

/** What a service answers for something that needs a second person. */
interface HeldAnswer {
  readonly releaseId: string;
  readonly reasons: readonly string[];
}

/**
 * The result of a command whose message waits for a second person; undefined when it was sent. The
 * command proposed is another person's, so it names neither the user nor the token of this one.
 */
export function heldResult(answer: object, options: ServiceOptions): CommandResult | undefined {
  if (!("releaseId" in answer)) return undefined;
  const { releaseId, reasons } = answer as HeldAnswer;
  const { tokenFile: _token, user: _user, ...place } = options;
  return {
    json: answer,
    lines: [
      `It waits for a second person (${reasons.join(", ")}); nothing was sent.`,
      `He confirms it: tracepost release confirm ${releaseId} ${accessWords(place)}`,
    ],
  };
}
