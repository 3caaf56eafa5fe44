import { TraceFollowUp, TraceMove, TraceRequest } from "#proto";
import type { Transaction } from "#runtime";
import { decodeExactly } from "#wire";
import type { CaseRecord } from "../cases/case-record.ts";
import { counts, movesOf } from "./move-record.ts";

/**
 * The request of a case with the firearm as it is known now: supplementary information may have
 * told of another serial number than the request did.
 */
export async function requestAsKnown(tx: Transaction, known: CaseRecord): Promise<TraceRequest> {
  const request = TraceRequest.decode(known.request);
  const told = (await movesOf(tx, known.caseId))
    .filter((move) => counts(move) && move.move === TraceMove.SUPPLEMENTARY_INFORMATION)
    .map(({ body }) => decodeExactly(TraceFollowUp, body)?.content)
    .map((content) =>
      content?.$case === "supplementaryInformation" ? content.value.firearm : undefined,
    );
  const firearm = told.findLast((one) => one !== undefined);
  return firearm === undefined ? request : { ...request, firearm };
}
