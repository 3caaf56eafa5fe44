import { HoldActKind, HoldQuery, HoldScope, Kind } from "#proto";
import { DISPOSAL_LIMITS } from "#runtime";
import { createSigner, generateSigningKey, PAYLOAD_TYPES } from "#trust";
import { timed } from "./machine.ts";
import { stateId } from "./made-up-records.ts";
import type { RecordStore } from "./record-store.ts";

const PEOPLE = { one: "officer-1", two: "officer-2" };

/** Holds of three kinds, to be searched by. */
export interface AskedHolds {
  /** Names a party: a list by itself. */
  readonly party: number;
  /** A query for a sender: headers have to be asked. */
  readonly sender: number;
  /** What asking for a hold over every record took. */
  readonly askMs: number;
}

/** Asks for holds; a hold over everything costs what one over a record does. */
export async function askHolds(store: RecordStore, nowMs: number): Promise<AskedHolds> {
  const ask = async (scope: Partial<HoldScope>): Promise<number> => {
    const by = { reason: "bench", reviewAtMs: null, nowMs, registerVersion: 1 };
    const wish = { authority: "bench", isRegistered: true, repeat: undefined };
    const made = { ...by, ...wish, actor: PEOPLE.one, scope: HoldScope.create(scope) };
    const { result } = await store.call("askHold", made);
    if (result.type !== "asked") throw new TypeError(`no hold: ${result.type}`);
    return result.id;
  };
  const party = await ask({ party: stateId(3) });
  const query = HoldQuery.create({ sender: stateId(5), kinds: [Kind.TRACE_REQUEST, Kind.ALERT] });
  const sender = await ask({ query });
  let all = 0;
  const askMs = await timed(async () => {
    const kinds = [Kind.TRACE_REQUEST, Kind.TRACE_REPLY, Kind.ALERT, Kind.RECEIPT];
    all = await ask({ query: HoldQuery.create({ kinds }) });
  });
  // What is held is due on no date: due dates are searched without it.
  await endHolds(store, [all], nowMs);
  return { party, sender, askMs };
}

/** A second person ends them. */
export async function endHolds(
  store: RecordStore,
  holds: readonly number[],
  nowMs: number,
): Promise<void> {
  const by = { reason: "bench", reviewAtMs: null, nowMs, registerVersion: 1, actor: PEOPLE.two };
  for (const id of holds) {
    await store.call("actOnHold", { ...by, id, kind: HoldActKind.DECLINED });
  }
}

/** What a run of disposal took. */
export interface Disposed {
  readonly records: number;
  readonly ms: number;
}

/** Disposes of so many records of those that are due: certificates, signatures, clean-up. */
export async function disposeOf(
  store: RecordStore,
  records: number,
  nowMs: number,
): Promise<Disposed> {
  const key = generateSigningKey();
  const signer = createSigner(key, PAYLOAD_TYPES.disposal);
  const by = { nowMs, authority: "bench", reason: "bench", clockJumped: false };
  const { id } = await store.call("askRun", { ...by, actor: PEOPLE.one });
  await store.call("confirmRun", { ...by, id, actor: PEOPLE.two });
  const batch = { run: id, limit: DISPOSAL_LIMITS.batchRecords, nowMs, registerVersion: 1 };
  const ms = await timed(async () => {
    for (let left = records; left > 0; left -= batch.limit) {
      const done = await store.call("disposeBatch", batch);
      if (done.type !== "disposed") throw new TypeError(`nothing more is due: ${done.type}`);
      const { bytes, id: certificate } = done.certificate;
      const signature = signer.sign(bytes);
      const signed = { id: certificate, keyId: key.keyId, signature };
      await store.call("keepCertificateSignature", signed);
    }
    await store.scrub();
  });
  await store.call("declineRun", { ...by, id, actor: PEOPLE.two });
  await store.call("endRun", { id, nowMs });
  return { records, ms };
}
