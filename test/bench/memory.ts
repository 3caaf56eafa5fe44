import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { outSubject, type Transport } from "#wire";
import { headerOf, traceRequest } from "../support/messages.ts";
import type { Party } from "../support/parties.ts";
import { type BenchExchange, endProgram, GATEWAY_PROGRAM, openBenchExchange } from "./exchange.ts";
import { Inbox } from "./inbox.ts";
import { median } from "./machine.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const IDS = ["AT", "BR", "NE", "TR"];
/** Messages that may be unanswered: keeps the gateway busy and the streams short. */
const OUTSTANDING_MAX = 4_000;
/** The first count is where the comparison begins, the last where it ends. */
const GROWTH = 10;
const SAMPLES = 20;
const SAMPLE_MS = 250;
const MIB = 2 ** 20;

/** Resident memory of the gateway after a tenth of the messages and after all of them. */
export const memoryBench: Bench = {
  name: "memory",
  about: "memory of the gateway after 20,000 and ten times as many messages",
  run: measureMemory,
};

async function measureMemory(options: BenchOptions): Promise<Section> {
  const first = options.messages;
  const last = options.messages * GROWTH;
  const exchange = await openBenchExchange(IDS);
  try {
    const inboxes = await Promise.all(
      exchange.parties.map(async (party) => new Inbox(party, await exchange.connect(party.id))),
    );
    await Promise.all(inboxes.map((inbox) => inbox.start()));
    const gateway = await exchange.startInGatewaysPlace(GATEWAY_PROGRAM, {});
    const pid = gateway.pid ?? 0;
    const load = await openLoad(exchange, inboxes);
    const idle = await residentBytes(pid);
    await load.bringTo(first);
    const after = await settledResidentBytes(pid);
    options.progress(`${first} messages: ${mib(after)} MiB`);
    await load.bringTo(last);
    const atLast = await settledResidentBytes(pid);
    await load.close();
    await endProgram(gateway);
    await Promise.all(inboxes.map((inbox) => inbox.close()));
    return {
      title: "Resident memory of the gateway, streams drained",
      columns: ["messages", "MiB", "against the row before"],
      rows: [
        ["0", mib(idle), ""],
        [String(first), mib(after), ""],
        [String(last), mib(atLast), `${((atLast / after - 1) * 100).toFixed(1)} %`],
      ],
      data: { first, last, idleBytes: idle, firstBytes: after, lastBytes: atLast },
    };
  } finally {
    await exchange.close();
  }
}

interface Load {
  /** Sends until this many messages in all are accepted and delivered. */
  bringTo(count: number): Promise<void>;
  close(): Promise<void>;
}

async function openLoad(exchange: BenchExchange, inboxes: readonly Inbox[]): Promise<Load> {
  const senders = exchange.parties.slice(0, IDS.length / 2);
  const recipients = exchange.parties.slice(IDS.length / 2);
  const transports = await Promise.all(senders.map(({ id }) => exchange.connect(id)));
  let sent = 0;
  let accepted = 0;
  let received = 0;
  let wake: () => void = () => undefined;
  for (const inbox of inboxes) {
    inbox.onAccepted = (ids) => {
      accepted += ids.length;
      wake();
    };
    inbox.onMessage = () => {
      received += 1;
      wake();
    };
  }
  const change = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  const send = async (): Promise<void> => {
    const at = sent % senders.length;
    const to = recipients[Math.floor(sent / senders.length) % recipients.length] as Party;
    sent += 1;
    const message = traceRequest(senders[at] as Party, [to.id]);
    const { sender, messageId, lane, kind } = headerOf(message);
    await (transports[at] as Transport).publish({
      subject: outSubject(sender, lane, kind),
      data: message.bytes,
      transportId: `${messageId}.1`,
    });
  };
  return {
    bringTo: async (count) => {
      const publishing = new Set<Promise<void>>();
      while (sent < count) {
        while (sent - Math.min(accepted, received) >= OUTSTANDING_MAX) await change();
        const one = send().finally(() => publishing.delete(one));
        publishing.add(one);
        if (publishing.size >= 200) await Promise.race(publishing);
      }
      await Promise.all(publishing);
      while (accepted < count || received < count) await change();
    },
    close: async () => {
      await Promise.all(transports.map((transport) => transport.close()));
    },
  };
}

/** The middle of some samples, so that one collection more or less does not decide. */
async function settledResidentBytes(pid: number): Promise<number> {
  const samples: number[] = [];
  for (let n = 0; n < SAMPLES; n += 1) {
    await wait(SAMPLE_MS);
    samples.push(await residentBytes(pid));
  }
  return median(samples);
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return Number(kib) * 1_024;
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}
