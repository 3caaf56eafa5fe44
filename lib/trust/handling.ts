import { type Refusal, refuse } from "#errors";
import { type Handling, UseRestriction } from "#proto";

/**
 * Whether an answer is handled at least as strictly as what it answers:
 * no lower TLP, every restriction kept, released to nobody the request was not released to.
 * HANDLING_VIOLATION with the field that is weaker; undefined when it is strict enough.
 */
export function checkReplyHandling(request: Handling, reply: Handling): Refusal | undefined {
  if (reply.tlp < request.tlp) {
    return refuse("HANDLING_VIOLATION", "header.handling.tlp", "is lower than the request's");
  }
  const kept = request.use.every(
    (restriction) => restriction === UseRestriction.ANY_LAWFUL || reply.use.includes(restriction),
  );
  if (!kept) {
    const detail = "lack a restriction of the request";
    return refuse("HANDLING_VIOLATION", "header.handling.use", detail);
  }
  const wider = reply.releasableTo.some((id) => !request.releasableTo.includes(id));
  if (!wider) return undefined;
  const detail = "name somebody the request may not be released to";
  return refuse("HANDLING_VIOLATION", "header.handling.releasable_to", detail);
}
