import type { CommandResult } from "./command-result.ts";

/** What a service answers for something that needs a second person. */
interface HeldAnswer {
  readonly releaseId: string;
  readonly reasons: readonly string[];
}

/** The result of a command whose message waits for a second person; undefined when it was sent. */
export function heldResult(answer: object, access: string): CommandResult | undefined {
  if (!("releaseId" in answer)) return undefined;
  const { releaseId, reasons } = answer as HeldAnswer;
  return {
    json: answer,
    lines: [
      `It waits for a second person (${reasons.join(", ")}); nothing was sent.`,
      `He confirms it: tracepost release confirm ${releaseId} ${access}`,
    ],
  };
}
