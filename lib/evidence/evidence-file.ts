/** Evidence as one file: a BagIt bag in a ZIP file (TP-EVID-1). */
import { keyIdOf } from "#trust";
import { bagFiles, openBag } from "./bag.ts";
import { type BagFiles, packBag, unpackBag } from "./container.ts";
import type { EvidenceContent, EvidenceSubject, EvidenceVersion } from "./evidence-content.ts";
import { notEvidence } from "./evidence-fault.ts";
import { contentIn, payloadOf, SUMMARY } from "./evidence-payload.ts";
import { renderSummary } from "./summary.ts";

/** Goes up when the form of the file or of its summary changes. */
const FORMS = ["Tracepost evidence 1", "Tracepost evidence 2"] as const;

/** An evidence file taken apart; nothing in it is proven yet. */
export interface ParsedEvidence {
  readonly content: EvidenceContent;
  /** Whether the summary says what the rest of the file says. */
  readonly isSummaryTrue: boolean;
}

/** Writes an evidence file. The same content gives the same bytes. */
export function formatEvidenceFile(given: EvidenceContent): Uint8Array {
  const content = inOrder(given);
  const payload = new Map(payloadOf(content));
  payload.set(SUMMARY, Buffer.from(renderSummary(content)));
  return packBag(bagFiles({ payload, info: infoOf(content, payload) }));
}

/**
 * Takes an evidence file apart, whoever made it, in memory bounded by its size. Throws VERIFICATION
 * naming the file in it that is wrong (TP-EVID-3).
 */
export function parseEvidenceFile(bytes: Uint8Array): ParsedEvidence {
  const { info, payload } = openBag(unpackBag(bytes));
  const said = new Map(info);
  const form = said.get("Bag-Software-Agent") ?? "";
  if (!FORMS.some((known) => known === form)) {
    const known = FORMS.map((one) => `"${one}"`).join(" or ");
    throw notEvidence("bag-info.txt", `is not of the form ${known}; use a program that knows it`);
  }
  const content = contentIn(payload, {
    subject: subjectOf(said.get("External-Identifier") ?? ""),
    madeAtMs: instantOf(said.get("Tracepost-Made-At") ?? ""),
  });
  const expected = infoOf(content, payload);
  if (JSON.stringify(expected) !== JSON.stringify(info)) {
    throw notEvidence("bag-info.txt", "says something else than the file holds");
  }
  const summary = Buffer.from(payload.get(SUMMARY) ?? []).toString("utf8");
  return { content, isSummaryTrue: summary === renderSummary(content) };
}

/** As it is read again: keys by their ids, versions by their numbers. */
function inOrder(content: EvidenceContent): EvidenceContent {
  const byVersion = (one: EvidenceVersion, other: EvidenceVersion) => one.version - other.version;
  return {
    ...content,
    rootKeys: content.rootKeys.toSorted((one, other) => (keyIdOf(one) < keyIdOf(other) ? -1 : 1)),
    registers: content.registers.toSorted(byVersion),
    policies: content.policies.toSorted(byVersion),
  };
}

function infoOf(content: EvidenceContent, payload: BagFiles): [label: string, value: string][] {
  const sizes = [...payload.values()].map(({ length }) => length);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const madeAt = new Date(content.madeAtMs).toISOString();
  return [
    ["Bag-Software-Agent", formOf(content)],
    ["Bagging-Date", madeAt.slice(0, "YYYY-MM-DD".length)],
    ["External-Identifier", subjectText(content.subject)],
    ["Payload-Oxum", `${bytes}.${sizes.length}`],
    ["Tracepost-Made-At", madeAt],
  ];
}

/** The earliest form that has a place for all of it: older programs read what they can. */
function formOf({ disposals, renewals, timestamps }: EvidenceContent): string {
  const later = disposals.length + renewals.length + timestamps.length;
  return later === 0 ? FORMS[0] : FORMS[1];
}

/** A subject in one line, as `bag-info.txt` has it. */
export function subjectText(subject: EvidenceSubject): string {
  return subject.type === "message"
    ? `message ${subject.sender} ${subject.messageId}`
    : `conversation ${subject.conversationId}`;
}

function subjectOf(text: string): EvidenceSubject {
  const [type, first = "", second, ...more] = text.split(" ");
  const isId = (id: string): boolean => /^[A-Za-z0-9-]{1,64}$/.test(id);
  if (more.length === 0 && isId(first)) {
    if (type === "conversation" && second === undefined) return { type, conversationId: first };
    if (type === "message" && second !== undefined && isId(second)) {
      return { type, sender: first, messageId: second };
    }
  }
  throw notEvidence("bag-info.txt", "names neither a message nor a conversation");
}

function instantOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw notEvidence("bag-info.txt", "does not say when it was made");
  return ms;
}
