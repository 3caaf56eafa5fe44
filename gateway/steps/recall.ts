import { refuse } from "#errors";
import type { Database } from "#runtime";
import { equalBytes, refusalNameOf } from "#wire";
import { isOpen, type Passage } from "../passage.ts";
import type { GatewayProcedures } from "../store.ts";

/**
 * Third step: was it here before? The same header gets the stored outcome, whatever changed since;
 * another header under the same id is refused. Before authentication on purpose: a resend after a
 * key change, an expiry or a policy change must not contradict what was said (TP-GW-3). So does a
 * header that quarantine holds after a final refusal, or that was rejected there (TP-OPS-3).
 */
export async function recall(
  passages: readonly Passage[],
  store: Pick<Database<GatewayProcedures>, "call">,
): Promise<void> {
  const open = passages.filter((passage) => isOpen(passage) && passage.message !== undefined);
  if (open.length === 0) return;
  const keys = open.map((passage) => ({
    sender: passage.address.participant,
    messageId: passage.message?.header.messageId ?? "",
    headerDigest: passage.message?.headerDigest ?? new Uint8Array(),
  }));
  const known = await store.call("recall", { keys });
  for (const [position, passage] of open.entries()) {
    const found = known[position];
    if (!found || passage.message === undefined) continue;
    if (found.type === "unverified") {
      passage.isRecalled = true;
      passage.refusal = refuse(refusalNameOf(found.code) ?? "MALFORMED", found.field);
    } else if (equalBytes(found.headerDigest, passage.message.headerDigest)) {
      passage.repeatOf = found.id;
    } else {
      passage.refusal = refuse("ID_REUSED", "header.message_id");
    }
  }
}
