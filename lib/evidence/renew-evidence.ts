/** An old evidence file, completed with one that was exported later (TP-RENEW-6). */
import { TracepostError } from "#errors";
import { Envelope, Header } from "#proto";
import { decodeExactly, encodeMessage } from "#wire";
import type { EvidenceContent, EvidenceMessage } from "./evidence-content.ts";
import { subjectText } from "./evidence-file.ts";

/**
 * The later file, and what it lacks of the earlier: parts that were disposed of since. Neither is
 * verified here. Throws INPUT_INVALID when they are not about the same.
 */
export function renewEvidence(old: EvidenceContent, later: EvidenceContent): EvidenceContent {
  if (subjectText(old.subject) !== subjectText(later.subject)) {
    throw unequal(`${subjectText(old.subject)}, and ${subjectText(later.subject)}`);
  }
  const kept = new Map(old.messages.map((message) => [headerText(message), message]));
  const messages = later.messages.map((message) => {
    const key = headerText(message);
    const before = kept.get(key);
    kept.delete(key);
    return before === undefined ? message : { ...message, envelope: together(before, message) };
  });
  const [lost] = kept.values();
  if (lost !== undefined) throw unequal("a message of the old file is not in the later one");
  return { ...later, messages };
}

function unequal(what: string): TracepostError {
  return new TracepostError("INPUT_INVALID", "these files are not about the same", {
    problems: [what],
    remedy: "Export the very message or conversation of the old file again, and give that file.",
  });
}

function headerText(message: EvidenceMessage): string {
  return Buffer.from(envelopeOf(message).header).toString("base64");
}

function envelopeOf({ envelope }: EvidenceMessage): Envelope {
  const read = decodeExactly(Envelope, envelope);
  if (read === undefined) throw unequal("a message cannot be read");
  return read;
}

/** The message with every part that either file has, in the order of its header. */
function together(old: EvidenceMessage, later: EvidenceMessage): Uint8Array {
  const envelope = envelopeOf(later);
  const given = [...envelope.parts, ...envelopeOf(old).parts];
  const parts = (decodeExactly(Header, envelope.header)?.parts ?? []).flatMap(
    ({ name, onlyFor }) => {
      const found = given.find((part) => part.name === name && part.onlyFor === onlyFor);
      return found === undefined ? [] : [found];
    },
  );
  return encodeMessage(Envelope, { ...envelope, parts });
}
