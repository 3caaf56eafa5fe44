import { writeFile } from "node:fs/promises";
import { KeyPurpose, Lane, ParticipantQuotas, ParticipantRegister, Priority } from "#proto";
import { loadRegister, loadSigningKey, signRegister } from "#trust";
import { type AssembledEnvelope, outSubject, type Transport, toTimestamp } from "#wire";
import { headerOf, traceRequest } from "../support/messages.ts";
import type { Party } from "../support/parties.ts";
import { type BenchExchange, endProgram, GATEWAY_PROGRAM, openBenchExchange } from "./exchange.ts";
import { Inbox } from "./inbox.ts";
import { median, quantile } from "./machine.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";
import { atSteadyPace } from "./steady-pace.ts";

/** What the noisy participant may send, and what it sends. */
const QUOTA_PER_SECOND = 10;
const TIMES_OVER = 100;
/** The other one's messages, every other one urgent. */
const OTHER_PER_SECOND = 50;
const WARM_UP_SHARE = 0.1;
const TICK_MS = 20;
const SECOND_MS = 1_000;

/** What a participant far over its quota costs the others. */
export const fairnessBench: Bench = {
  name: "fairness",
  about: `one participant at ${TIMES_OVER} times its quota, and what the others notice`,
  run: measureFairness,
};

interface Run {
  readonly urgentMs: readonly number[];
  readonly normalMs: readonly number[];
  /** Messages of the noisy one that were published, and that were accepted meanwhile. */
  readonly flooded: number;
  readonly let: number;
}

async function measureFairness({ progress, rounds, seconds }: BenchOptions): Promise<Section> {
  const rate = QUOTA_PER_SECOND * TIMES_OVER;
  const [quiet, loud]: [Run[], Run[]] = [[], []];
  for (let round = 1; round <= rounds; round += 1) {
    quiet.push(await onFreshExchange((exchange) => measureRun(exchange, seconds, 0)));
    const run = await onFreshExchange((exchange) => measureRun(exchange, seconds, rate));
    loud.push(run);
    progress(`round ${round}: ${run.flooded} flooded, ${run.let} accepted, none refused`);
  }
  const row = (name: string, of: (run: Run) => readonly number[], share: number): string[] => {
    const [alone, beside] = [quiet, loud].map((runs) =>
      median(runs.map((run) => quantile(of(run), share))),
    ) as [number, number];
    return [name, alone.toFixed(1), beside.toFixed(1), (beside / alone).toFixed(2)];
  };
  const urgent = ({ urgentMs }: Run) => urgentMs;
  const normal = ({ normalMs }: Run) => normalMs;
  const [flooded, accepted] = [
    median(loud.map((run) => run.flooded)),
    median(loud.map((run) => run.let)),
  ];
  return {
    title:
      `Send to signed \`accepted\` receipt at ${OTHER_PER_SECOND} messages/s, while another ` +
      `participant sends ${rate}/s under a quota of ${QUOTA_PER_SECOND}/s for ${seconds} s ` +
      `(${flooded} sent, ${accepted} accepted meanwhile, the rest handed back), median of ${rounds}`,
    columns: ["others' messages", "alone, ms", "beside the flood, ms", "ratio"],
    rows: [
      row("urgent, p50", urgent, 0.5),
      row("urgent, p99", urgent, 0.99),
      row("normal, p50", normal, 0.5),
      row("normal, p99", normal, 0.99),
    ],
    data: { quota: QUOTA_PER_SECOND, rate, seconds, quiet, loud },
  };
}

async function onFreshExchange(work: (exchange: BenchExchange) => Promise<Run>): Promise<Run> {
  const exchange = await openBenchExchange(["AT", "BR", "NE"]);
  try {
    await limitQuota(exchange, "BR");
    return await work(exchange);
  } finally {
    await exchange.close();
  }
}

/** Gives a participant a quota of its own, in a register that all root keys sign. */
async function limitQuota({ running }: BenchExchange, id: string): Promise<void> {
  const { register: file, rootKeys, rootPublicKeys } = running.paths.exchange;
  const view = await loadRegister(file, rootPublicKeys);
  const roots = await Promise.all(rootKeys.map((key) => loadSigningKey(key)));
  const quotas = ParticipantQuotas.create({ messagesPerSecond: QUOTA_PER_SECOND });
  const purposes = [KeyPurpose.RECEIPT, KeyPurpose.CHECKPOINT];
  const register = ParticipantRegister.create({
    version: view.version + 1n,
    issuedAt: toTimestamp(view.issuedAtMs),
    expiresAt: toTimestamp(view.expiresAtMs),
    logOrigin: view.logOrigin,
    participants: view.participants.map((one) => (one.id === id ? { ...one, quotas } : one)),
    groups: [...view.groups],
    gatewayKeys: purposes.flatMap((purpose) => view.gatewayKeys(purpose).map(({ key }) => key)),
  });
  await writeFile(file, signRegister(register, roots));
}

async function measureRun(
  exchange: BenchExchange,
  seconds: number,
  floodPerSecond: number,
): Promise<Run> {
  const [other, noisy] = exchange.parties as [Party, Party, Party];
  const inboxes = await Promise.all(
    exchange.parties.map(async (party) => new Inbox(party, await exchange.connect(party.id))),
  );
  const waiting = new Map<string, () => void>();
  let accepted = 0;
  const [ofOther, ofNoisy] = inboxes as [Inbox, Inbox, Inbox];
  ofOther.onAccepted = (ids) => {
    for (const id of ids) waiting.get(id)?.();
  };
  ofNoisy.onAccepted = (ids) => {
    accepted += ids.length;
  };
  await Promise.all(inboxes.map((inbox) => inbox.start(["normal", "urgent"])));
  const gateway = await exchange.startInGatewaysPlace(GATEWAY_PROGRAM, {});
  const [own, loud] = await Promise.all([other, noisy].map(({ id }) => exchange.connect(id)));
  const signed = Array.from({ length: floodPerSecond * seconds }, () => {
    return traceRequest(noisy, ["NE"]);
  });
  const flood = startFlood(signed, loud as Transport, floodPerSecond);
  const send = async (at: number): Promise<number> => {
    const urgent = at % 2 === 0 ? { priority: Priority.URGENT, lane: Lane.URGENT } : {};
    const message = traceRequest(other, ["NE"], urgent);
    const { kind, lane, messageId } = headerOf(message);
    const said = new Promise<void>((resolve) => waiting.set(messageId, resolve));
    const from = performance.now();
    const subject = outSubject(other.id, lane, kind);
    await (own as Transport).publish({
      ...{ subject, data: message.bytes, transportId: `${messageId}.1` },
    });
    await said;
    return performance.now() - from;
  };
  const pace = { count: OTHER_PER_SECOND * seconds, perSecond: OTHER_PER_SECOND };
  const took = await atSteadyPace(pace, send);
  const flooded = await flood.stop();
  await endProgram(gateway);
  await Promise.all([own, loud].map((transport) => transport?.close()));
  await Promise.all(inboxes.map((inbox) => inbox.close()));
  const warm = Math.floor(took.length * WARM_UP_SHARE);
  const ofLane = (rest: number) => took.filter((_, at) => at >= warm && at % 2 === rest);
  return { urgentMs: ofLane(0), normalMs: ofLane(1), flooded, let: accepted };
}

/** Sends what was signed ahead at a rate until it is stopped; says how many were sent. */
function startFlood(signed: readonly AssembledEnvelope[], transport: Transport, perSecond: number) {
  const publishes: Promise<void>[] = [];
  const beganAt = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - beganAt) / SECOND_MS) * perSecond;
    for (const message of signed.slice(publishes.length, Math.ceil(due))) {
      const { kind, lane, messageId, sender } = headerOf(message);
      const subject = outSubject(sender, lane, kind);
      const transportId = `${messageId}.1`;
      // What the carrier does not take in time is lost to the flood alone.
      const publish = transport.publish({ subject, data: message.bytes, transportId });
      publishes.push(publish.catch(() => undefined));
    }
  }, TICK_MS);
  return {
    stop: async (): Promise<number> => {
      clearInterval(timer);
      await Promise.all(publishes);
      return publishes.length;
    },
  };
}
