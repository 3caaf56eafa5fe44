import { type AmmunitionKeys, ammunitionKeysOf, type FirearmKeys, firearmKeysOf } from "#casework";
import { ExchangeStatus, Header, TraceRequest } from "#proto";
import { CASEWORK_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { linkAmmunition } from "./link-ammunition.ts";

/** What a case is linked by. */
export interface CaseLink {
  readonly caseId: string;
  /** Message id of its request. */
  readonly requestId: string;
  /** Empty: it begins a chain. */
  readonly previousRequestId: string;
  readonly hop: number;
  /** Whether this State asked. */
  readonly isOwn: boolean;
  /** Neither an exercise nor a test. */
  readonly isActual: boolean;
  /** Absent where no serial number is known. */
  readonly firearm: FirearmKeys | undefined;
  /** Absent where neither a lot nor a mark of packaging is known. */
  readonly ammunition?: AmmunitionKeys | undefined;
}

/** The link of a request, sent or received. */
export function linkOf(
  request: TraceRequest,
  facts: Pick<CaseLink, "caseId" | "requestId" | "isOwn" | "isActual">,
): CaseLink {
  const { ammunition, firearm, hopNumber, previousRequestId } = request;
  const keys = firearm === undefined ? undefined : firearmKeysOf(firearm);
  const lots = ammunition && ammunitionKeysOf(ammunition);
  return { ...facts, previousRequestId, hop: hopNumber, firearm: keys, ammunition: lots };
}

/** Whether a message is meant: exercises and tests never count. */
export function isActual(status: ExchangeStatus | undefined): boolean {
  return status === ExchangeStatus.ACTUAL;
}

/** The chain that a request belongs to, by its id; undefined when it is not known here. */
export async function chainOfRequest(
  tx: Transaction,
  requestId: string,
): Promise<{ readonly chainId: string; readonly hop: number } | undefined> {
  if (requestId === "") return undefined;
  const row = await tx.get<{ chain_id: string; hop: number }>(
    "SELECT chain_id, hop FROM trace_link WHERE request_id = ? LIMIT 1",
    requestId,
  );
  return row === undefined ? undefined : { chainId: row.chain_id, hop: row.hop };
}

/** A hop as its case is linked. */
export interface LinkedHop {
  readonly caseId: string;
  readonly hop: number;
  readonly requestId: string;
  /** Empty: it begins the chain. */
  readonly previousRequestId: string;
}

/** The cases of a chain, the first hop first. */
export async function linksOfChain(tx: Transaction, chainId: string): Promise<LinkedHop[]> {
  const rows = await tx.all<{
    case_id: string;
    hop: number;
    request_id: string;
    previous_request_id: string;
  }>(
    `SELECT case_id, hop, request_id, previous_request_id FROM trace_link
     WHERE chain_id = ? ORDER BY hop, case_id LIMIT ?`,
    chainId,
    CASEWORK_LIMITS.chainCasesMax,
  );
  return rows.map(({ case_id, hop, previous_request_id, request_id }) => ({
    caseId: case_id,
    hop,
    requestId: request_id,
    previousRequestId: previous_request_id,
  }));
}

/** A request of ours that passes another one on (FORWARD), the newest; undefined for none. */
export async function passedOnRequest(
  tx: Transaction,
  requestId: string,
): Promise<string | undefined> {
  const chain = await chainOfRequest(tx, requestId);
  if (chain === undefined) return undefined;
  const row = await tx.get<{ request_id: string }>(
    `SELECT request_id FROM trace_link WHERE chain_id = ? AND hop = ? AND is_own = 1
       AND previous_request_id = ? ORDER BY request_id DESC LIMIT 1`,
    chain.chainId,
    chain.hop + 1,
    requestId,
  );
  return row?.request_id;
}

/** Links a case; of what is linked already brand and ammunition alone are found anew. */
export async function linkCase(tx: Transaction, link: CaseLink): Promise<void> {
  const before = await chainOfRequest(tx, link.previousRequestId);
  const { firearm } = link;
  await tx.run(
    `INSERT INTO trace_link (case_id, chain_id, hop, request_id, previous_request_id, is_own,
       is_actual, make_key, look_alike_key, serial_key, is_partial)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (case_id) DO UPDATE SET make_key = excluded.make_key`,
    link.caseId,
    before?.chainId ?? link.caseId,
    link.hop,
    link.requestId,
    link.previousRequestId,
    link.isOwn ? 1 : 0,
    link.isActual ? 1 : 0,
    firearm?.makeKey ?? null,
    firearm?.lookAlikeKey ?? null,
    firearm?.serialKey ?? null,
    firearm?.isPartial === true ? 1 : 0,
  );
  if (link.ammunition !== undefined) await linkAmmunition(tx, link.caseId, link.ammunition);
}

interface OldCaseRow extends SqlRow {
  position: number;
  case_id: string;
  role: string;
  request: Uint8Array;
  request_message_id: string;
  request_header: Uint8Array | null;
}

/**
 * Links cases from before there were links, the oldest first; true while some are left. Cases of
 * ours from then do not say whether they were exercises; they count as meant.
 */
export async function linkOldCases(
  tx: Transaction,
  { limit }: { readonly limit: number },
): Promise<boolean> {
  const backlog = await tx.get<{ done_position: number; until_position: number }>(
    "SELECT done_position, until_position FROM trace_link_backlog",
  );
  if (backlog === undefined || backlog.done_position >= backlog.until_position) return false;
  const rows = await tx.all<OldCaseRow>(
    `SELECT position, case_id, role, request, request_message_id, request_header FROM trace_case
     WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`,
    backlog.done_position,
    backlog.until_position,
    limit,
  );
  for (const row of rows) {
    const header = row.request_header;
    const facts = {
      caseId: row.case_id,
      requestId: row.request_message_id,
      isOwn: row.role === "requesting",
      isActual: header === null || isActual(Header.decode(header).status),
    };
    await linkCase(tx, linkOf(TraceRequest.decode(row.request), facts));
  }
  const done = rows.at(-1)?.position ?? backlog.until_position;
  await tx.run("UPDATE trace_link_backlog SET done_position = ?", done);
  return done < backlog.until_position;
}
