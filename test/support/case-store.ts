import { randomUUID } from "node:crypto";
import type { TraceState } from "#casework";
import { Header, Kind, Priority, TraceRequest } from "#proto";
import {
  type CaseRole,
  insertCase,
  moveCase,
} from "../../services/focal-point/cases/case-record.ts";
import { store } from "../../services/focal-point/store.ts";
import { type MemoryTransaction, openMemoryTransaction } from "./memory-transaction.ts";

/** A focal point's whole store in memory, for procedures tested without a store's thread. */
export function openCaseStore(): MemoryTransaction {
  return openMemoryTransaction(...store.migrations.map(({ sql }) => sql));
}

/** What a case of a test is about; everything has a default. */
export interface CaseToPut {
  readonly role?: CaseRole;
  readonly peer?: string;
  /** State asked; by default AT. */
  readonly requested?: string;
  readonly priority?: Priority;
  readonly state?: TraceState;
  readonly nowMs: number;
}

/** Opens a case in its state; its request says who asked whom. */
export async function putCase(tx: MemoryTransaction, put: CaseToPut): Promise<string> {
  const { role = "requested", peer = "US", requested = "AT", state = "DELIVERED", nowMs } = put;
  const caseId = randomUUID();
  const requesting = role === "requested" ? peer : "NE";
  const request = TraceRequest.create({
    requestingState: requesting,
    requestedState: role === "requested" ? requested : peer,
  });
  const { priority = Priority.ROUTINE } = put;
  const header = Header.create({ kind: Kind.TRACE_REQUEST, priority });
  await insertCase(tx, {
    caseId,
    role,
    peer,
    state,
    nationalCaseNumber: `case ${caseId.slice(0, 4)}`,
    request: TraceRequest.encode(request).finish(),
    requestMessageId: randomUUID(),
    requestHeader: Header.encode(header).finish(),
    actor: "exchange",
    nowMs,
  });
  return caseId;
}

/** Moves a case as something did that happened to it. */
export async function move(
  tx: MemoryTransaction,
  caseId: string,
  state: TraceState,
  nowMs: number,
): Promise<void> {
  await moveCase(tx, { caseId, event: "moved", state, messageId: "", actor: "officer", nowMs });
}
