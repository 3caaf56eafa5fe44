/** Asks witnesses for cosignatures (https://c2sp.org/tlog-witness). */
import type { KeyObject } from "node:crypto";
import { boundedBody, LOG_LIMITS } from "#runtime";
import { headOfNote } from "./checkpoint-text.ts";
import { cosignatureOf } from "./cosignature.ts";
import { parseDecimal } from "./decimal.ts";
import { parseNote } from "./signed-note.ts";
import { type AddCheckpoint, formatAddCheckpoint } from "./witness.ts";

/** A witness that can be asked. */
export interface AskedWitness {
  /** Name of its key in signature lines. */
  readonly name: string;
  readonly publicKey: KeyObject;
  /** Address that `add-checkpoint` is below. */
  readonly url: string;
}

/**
 * What a witness said.
 * - `cosigned`: its line, verified;
 * - `elsewhere`: it has cosigned up to that size, and wants a proof from there;
 * - `refused`: it sees another log than the one it knows;
 * - `silent`: no answer, or one that is worth nothing.
 */
export type WitnessReply =
  | { readonly type: "cosigned"; readonly line: string }
  | { readonly type: "elsewhere"; readonly size: number }
  | { readonly type: "refused" }
  | { readonly type: "silent"; readonly why: string };

/** Asks a witness to cosign a checkpoint. Never throws: what goes wrong is a reply. */
export async function askWitness(
  witness: AskedWitness,
  request: AddCheckpoint,
): Promise<WitnessReply> {
  const base = witness.url.endsWith("/") ? witness.url : `${witness.url}/`;
  try {
    const response = await fetch(new URL("add-checkpoint", base), {
      method: "POST",
      body: formatAddCheckpoint(request),
      headers: { "content-type": "text/plain; charset=utf-8" },
      redirect: "error",
      signal: AbortSignal.timeout(LOG_LIMITS.fetchMs),
    });
    const body = await boundedBody(response, LOG_LIMITS.noteBytesMax);
    const text = body?.toString("utf8") ?? "";
    if (response.status === 200) return cosignedBy(witness, request.checkpoint, text);
    if (response.status === 422) return { type: "refused" };
    const size = response.status === 409 ? parseDecimal(text.trimEnd()) : undefined;
    if (size !== undefined) return { type: "elsewhere", size };
    return { type: "silent", why: `it answers ${response.status}` };
  } catch (caught) {
    return { type: "silent", why: caught instanceof Error ? caught.name : "no answer" };
  }
}

/** Of the lines of an answer the first that is this witness's own and verifies. */
function cosignedBy(witness: AskedWitness, checkpoint: string, text: string): WitnessReply {
  for (const line of text.split("\n").slice(0, LOG_LIMITS.noteSignaturesMax)) {
    const note = `${checkpoint}${line}\n`;
    const parsed = parseNote(note);
    const head = parsed && headOfNote(parsed);
    if (parsed === undefined || head === undefined) continue;
    const { timeS = 0, verdict } = cosignatureOf(parsed, head, witness);
    if (verdict === "good" && timeS > 0) return { type: "cosigned", line: `${line}\n` };
  }
  return { type: "silent", why: "its answer holds no cosignature of its own" };
}

/**
 * Names of the witnesses that have cosigned a checkpoint, each with a line that verifies
 * (TP-LOG-16). A line that claims to be of one of them and is false counts for nothing.
 */
export function witnessesOf(
  note: string,
  witnesses: readonly Pick<AskedWitness, "name" | "publicKey">[],
): readonly string[] {
  const parsed = parseNote(note);
  const head = parsed && headOfNote(parsed);
  if (parsed === undefined || head === undefined) return [];
  return witnesses
    .filter((witness) => cosignatureOf(parsed, head, witness).verdict === "good")
    .map(({ name }) => name);
}
