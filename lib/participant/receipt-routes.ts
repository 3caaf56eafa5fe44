import { nameOf } from "#casework";
import { type HttpRoutes, problemOf, sendProblem } from "#http";
import type { LogPlace } from "#message-log";
import {
  type HeldReceipt,
  type HeldReceipts,
  type MessageProof,
  messageProof,
  receiptPlace,
  receiptProof,
} from "#post";
import { KeyPurpose, ReceiptType } from "#proto";
import { type Clock, type Database, HTTP_LIMITS, LOG_LIMITS } from "#runtime";
import type { RegisterView } from "#trust";
import { LIST_RECEIPTS, SHOW_PROOF } from "./receipt-operations.ts";
import type { ServiceProcedures } from "./store/service-store.ts";

/** What the routes of receipts work with. */
export interface ReceiptRouteDeps {
  readonly store: Pick<Database<ServiceProcedures>, "call">;
  /** Participant id of this service. */
  readonly participant: string;
  readonly register: () => RegisterView;
  /** Size of the newest checkpoint with a quorum; undefined: nobody looks at the log here. */
  readonly cosignedSize: () => number | undefined;
  readonly clock: Clock;
}

/** Routes to receipts and proofs, for whoever has to show them to others (TP-API-20, TP-API-21). */
export function addReceiptRoutes(routes: HttpRoutes, deps: ReceiptRouteDeps): void {
  const { store } = deps;
  routes.get("/messages/:messageId/receipts", LIST_RECEIPTS, async (request, reply) => {
    const { messageId } = request.params;
    const { recipient = null } = request.query;
    const limit = HTTP_LIMITS.receiptsShownMax;
    const held = await store.call("postReceiptsHeld", { messageId, recipient, limit });
    if (held === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    const ripeMs = deps.clock.now() - LOG_LIMITS.unwitnessedMs;
    return reply.send({
      messageId,
      ...receiptsView(held, (receipt) => {
        const { logIndex, receivedAtMs } = receipt;
        const place = placeOf(deps, messageId, held.headerDigest, receipt);
        const isOpen = receivedAtMs <= ripeMs && isUnwitnessed(deps, logIndex, place);
        return { ...shownPlace(deps, place), unwitnessed: isOpen ? true : undefined };
      }),
    });
  });
  routes.get("/messages/:messageId/proof", SHOW_PROOF, async (request, reply) => {
    const { messageId } = request.params;
    const { sender = deps.participant } = request.query;
    const from = sender === deps.participant ? null : sender;
    const held = await store.call("postProofHeld", { messageId, sender: from });
    if (held === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    const register = deps.register();
    const proof = messageProof(held, { sender, messageId }, register);
    if (proof === undefined) return sendProblem(reply, problemOf("NOT_YET_LOGGED"));
    const headerDigest = base64(held.headerDigest);
    const isOpen = isUnwitnessed(deps, Number(proof.evidence.index), proof);
    const unwitnessed = isOpen ? true : undefined;
    const { afterEnd } = shownPlace(deps, proof);
    const shown = { ...proofView(proof, register), afterEnd };
    return reply.send({ sender, messageId, headerDigest, unwitnessed, ...shown });
  });
}

/** No quorum of the witnesses there are has cosigned a log with this entry (TP-LOG-20). */
function isUnwitnessed(
  { cosignedSize, register }: ReceiptRouteDeps,
  logIndex: number | null,
  place: LogPlace | undefined,
): boolean {
  // A log that has ended is proven as far as its end, whoever looks now.
  if (place !== undefined && place.log !== register().logOrigin) return place.isAfterEnd;
  const size = cosignedSize();
  if (size === undefined || logIndex === null) return false;
  return register().witnesses.quorum > 0 && logIndex >= size;
}

/** Where a receipt stands; looked for only where more than one log was kept. */
function placeOf(
  { register }: ReceiptRouteDeps,
  messageId: string,
  headerDigest: Uint8Array | null,
  receipt: HeldReceipt,
): LogPlace | undefined {
  const view = register();
  if (view.successions.length === 0 || headerDigest === null) return undefined;
  return receiptPlace(receipt, messageId, headerDigest, view);
}

/** The name of the log, where there was more than one; and whether it ended before (TP-SUCC-6). */
function shownPlace(
  { register }: ReceiptRouteDeps,
  place: LogPlace | undefined,
): { readonly log?: string; readonly afterEnd?: true } {
  if (place === undefined || register().successions.length === 0) return {};
  return { log: place.log, ...(place.isAfterEnd ? { afterEnd: true } : {}) };
}

function receiptsView(
  { state, headerDigest, receipts }: HeldReceipts,
  standing: (receipt: HeldReceipt) => {
    readonly log?: string;
    readonly afterEnd?: true;
    readonly unwitnessed: true | undefined;
  },
) {
  return {
    state,
    headerDigest: base64(headerDigest),
    receipts: receipts.map((receipt) => ({
      type: nameOf(ReceiptType, receipt.type as ReceiptType),
      by: receipt.sender,
      recipient: receipt.recipient || undefined,
      code: receipt.code ?? undefined,
      field: receipt.field || undefined,
      logIndex: receipt.logIndex ?? undefined,
      ...standing(receipt),
      receiptId: receipt.receiptId,
      receivedAt: new Date(receipt.receivedAtMs).toISOString(),
      envelope: base64(receipt.envelope),
      proof: receiptProof(receipt.evidence),
    })),
  };
}

function proofView({ evidence, file, log }: MessageProof, register: RegisterView) {
  const keys = register.gatewayKeys(KeyPurpose.CHECKPOINT);
  return {
    entry: base64(evidence.entry),
    index: Number(evidence.index),
    inclusionPath: evidence.inclusionPath.map(base64),
    checkpoint: evidence.checkpoint,
    file,
    register: {
      version: String(register.version),
      logOrigin: log,
      checkpointKeys: keys.map(({ key }) => key.keyId),
    },
  };
}

function base64(bytes: Uint8Array | null): string | undefined {
  return bytes === null ? undefined : Buffer.from(bytes).toString("base64");
}
