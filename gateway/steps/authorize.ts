import { refuse } from "#errors";
import { authorizeHeader, type RoutingBasis } from "#policy";
import { isServedBy, type RegisterStandingName } from "#trust";
import { isOpen, type Passage } from "../passage.ts";

/**
 * Fifth step: may it go to whom it names, under the instrument it names (TP-GW-5), and under a
 * register that may have expired (TP-REG-3)?
 */
export function authorize(
  passages: readonly Passage[],
  deps: RoutingBasis & { readonly nowMs: number; readonly standing: RegisterStandingName },
): void {
  for (const passage of passages) {
    if (!isOpen(passage) || passage.message === undefined) continue;
    if (!isServedBy(deps.standing, passage.message.header)) {
      const detail = `of the register is over: ${deps.standing}`;
      passage.refusal = refuse("REGISTER_EXPIRED", "register.expires_at", detail);
      continue;
    }
    const outcome = authorizeHeader(passage.message.header, deps, deps.nowMs);
    if (outcome.ok) passage.results = outcome.value;
    else passage.refusal = outcome.refusal;
  }
}
