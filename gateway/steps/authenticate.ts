import type { Semaphore } from "#runtime";
import { authenticateHeader, type RegisterView } from "#trust";
import { isOpen, type Passage } from "../passage.ts";

/**
 * Fourth step: is it from whom it says? Keys are judged at the time of recording. Signatures are
 * verified on the thread pool, a bounded number at a time (TP-GW-4).
 */
export async function authenticate(
  passages: readonly Passage[],
  deps: { register: RegisterView; verifying: Semaphore; nowMs: number },
): Promise<void> {
  await Promise.all(
    passages.map(async (passage) => {
      const { message } = passage;
      if (!isOpen(passage) || message === undefined) return;
      const sender = passage.address.participant;
      const outcome = await deps.verifying.run(() =>
        authenticateHeader(message, sender, deps.register, deps.nowMs),
      );
      // What has expired is signed by its sender, who may come late; a time that cannot be is not.
      passage.isProven = outcome.ok || outcome.refusal.code === "EXPIRED";
      if (!outcome.ok) passage.refusal = outcome.refusal;
    }),
  );
}
