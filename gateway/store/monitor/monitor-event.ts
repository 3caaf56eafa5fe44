import { MonitorEvent } from "#proto";
import type { Transaction } from "#runtime";
import { sha256 } from "#wire";
import { entryAt } from "../log-check/entry-at.ts";
import {
  type CountedRecord,
  type CountedRequest,
  hourOf,
  hoursSinceRequest,
} from "./counted-record.ts";

/** A monitor that is fed events, and the States that have consented to be named to it. */
export interface FedMonitor {
  readonly id: string;
  readonly states: readonly string[];
}

/** Bytes of the salt of an event. */
const SALT_BYTES = 16;
const SALT_LABEL = Buffer.from("tracepost event");

/** Whether a State that its event would name has consented (TP-FEED-7); empty names none. */
export function isShownTo({ fromState, toState }: CountedRecord, { states }: FedMonitor): boolean {
  return [fromState, toState].some((state) => state !== "" && states.includes(state));
}

/** What an event holds beside its record. */
export interface EventDetail {
  readonly salt: Uint8Array;
  /** The request that the record is the first end of, if it was made while events were fed. */
  readonly ended: CountedRequest | undefined;
}

/** Whoever was not fed the request is not told of its end. */
function isEndShown(
  ended: CountedRequest | undefined,
  states: readonly string[],
): ended is CountedRequest {
  return ended !== undefined && [ended.asking, ended.asked].some((one) => states.includes(one));
}

/**
 * The event of a record for a monitor that it is shown to (TP-FEED-7). Its salt follows from the
 * nonce of its entry, so that nothing more is kept.
 */
export function eventFor(
  record: CountedRecord,
  { states }: FedMonitor,
  { salt, ended }: EventDetail,
): MonitorEvent {
  const shown = (state: string): string => (states.includes(state) ? state : "");
  const fromState = shown(record.fromState);
  const toState = shown(record.toState);
  const hours = hoursSinceRequest(record);
  return MonitorEvent.create({
    logIndex: BigInt(record.id - 1),
    ...{ salt, kind: record.kind, fromState, toState, recipients: record.recipients },
    ...{ status: record.status, priority: record.priority, code: record.code },
    ...{ move: record.move, outcomeClass: record.outcomeClass },
    ...{ alertMove: record.alertMove, alertKind: record.alertKind },
    recordedHour: hourOf(record.recordedAtMs),
    ...(hours === undefined ? {} : { hoursSinceRequest: hours }),
    chainLength: record.chainLength,
    completenessTenth: record.completenessTenth,
    ...(isEndShown(ended, states) ? { endedRequestHour: hourOf(ended.recordedAtMs) } : {}),
  });
}

/** The salt of the event of a record. */
export async function eventSalt(tx: Transaction, id: number): Promise<Uint8Array> {
  const entry = await entryAt(tx, id - 1);
  const nonce = entry?.nonce ?? new Uint8Array();
  return sha256(Buffer.concat([SALT_LABEL, nonce])).subarray(0, SALT_BYTES);
}
