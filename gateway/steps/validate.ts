import { checkSubject, parseEnvelope } from "#wire";
import { isOpen, type Passage } from "../passage.ts";

/** Second step: is it a well-formed message, and the one its subject says (TP-GW-2)? */
export function validate(passages: readonly Passage[]): void {
  for (const passage of passages) {
    if (!isOpen(passage)) continue;
    const parsed = parseEnvelope(passage.inbound.data);
    if (!parsed.ok) {
      passage.refusal = parsed.refusal;
      continue;
    }
    passage.message = parsed.value;
    const subject = checkSubject(parsed.value, passage.inbound.subject);
    if (!subject.ok) passage.refusal = subject.refusal;
  }
}
