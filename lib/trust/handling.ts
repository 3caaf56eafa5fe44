import { type Refusal, refuse } from "#errors";
import { Handling, type Tlp, UseRestriction } from "#proto";

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

/**
 * Handling of a message that answers or passes on others: at least as strict as its own and each of
 * theirs (ITI para 15). Released to whom all of them name.
 */
export function strictestOf(own: Handling, others: readonly Handling[]): Handling {
  if (others.length === 0) return own;
  const all = [own, ...others];
  const uses = new Set(all.flatMap(({ use }) => use));
  // ANY_LAWFUL says nothing beside a restriction.
  if (uses.size > 1) uses.delete(UseRestriction.ANY_LAWFUL);
  return Handling.create({
    tlp: Math.max(...all.map(({ tlp }) => tlp)) as Tlp,
    use: [...uses],
    releasableTo: own.releasableTo.filter((one) =>
      others.every(({ releasableTo }) => releasableTo.includes(one)),
    ),
    originatorState: own.originatorState,
  });
}
