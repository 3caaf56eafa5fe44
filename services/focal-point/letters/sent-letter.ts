import type { Static } from "typebox";
import type { LetterRecord } from "./letter-record.ts";
import type { ByLetter } from "./letter-schema.ts";

/** What is kept of a letter that has left, as who noted it has told it. */
export function sentLetter(
  { channel, dispatchedOn, language, note = "", reference }: Static<typeof ByLetter>,
  by: { readonly actor: string; readonly nowMs: number },
): LetterRecord & { readonly direction: "out" } {
  const facts = { channel, reference, onDate: dispatchedOn, language: language ?? "", note };
  return { direction: "out", ...facts, ...by };
}
