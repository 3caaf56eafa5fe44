import { authorizeHeader, type RoutingBasis } from "#policy";
import { isOpen, type Passage } from "../passage.ts";

/** Fifth step: may it go to whom it names, under the instrument it names (TP-GW-5)? */
export function authorize(
  passages: readonly Passage[],
  deps: RoutingBasis & { readonly nowMs: number },
): void {
  for (const passage of passages) {
    if (!isOpen(passage) || passage.message === undefined) continue;
    const outcome = authorizeHeader(passage.message.header, deps, deps.nowMs);
    if (outcome.ok) passage.results = outcome.value;
    else passage.refusal = outcome.refusal;
  }
}
