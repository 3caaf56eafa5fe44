import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEFAULT_POLICY_TEXT } from "#policy";
import { Envelope } from "#proto";
import { createSealer, type Sealer, type SigningKeyPair } from "#trust";
import { initExchange, type RunningExchange, startExchange } from "../../deploy/local/index.ts";
import { KeyChanges } from "../support/key-changes.ts";
import { readRows } from "../support/stored-post.ts";
import { GATEWAY_PROGRAM, specOf } from "./exchange.ts";
import { RotatingParty } from "./rotating-party.ts";
import { type SealedMessage, type Sealing, sealAhead, sealMessage } from "./sealed-ahead.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

/** Three that send to each other, and one that is quiet. */
const SENDERS = ["AT", "BE", "BR"] as const;
const QUIET = "KE";
const IDLE = fileURLToPath(new URL("./idle.ts", import.meta.url));
const TICK_MS = 20;
const SECOND_MS = 1_000;
/** Messages under the revoked key, and how often one is sent. */
const FORGED = 50;
const FORGED_EVERY_MS = 100;
/** How often one is sealed beside the others, with the keys of that moment. */
const FRESH_EVERY_MS = 500;
/** What is not opened yet is not dispatched again meanwhile: that is not what is measured. */
const RESEND_FIRST_MS = 180 * SECOND_MS;
/** Nothing has moved for so long: what is open then is counted as lost. */
const STALL_MS = 240 * SECOND_MS;

/** Keys, policy and credentials changed under a sustained rate, beside the same traffic. */
export const rotationBench: Bench = {
  name: "rotation",
  about: "every kind of key and the policy changed under --rate messages/s",
  run: measureRotation,
};

/** What came of a run. */
interface Run {
  readonly sent: number;
  /** Taken by NATS, and accepted by the gateway, a second while messages were sent. */
  readonly offeredPerSecond: number;
  readonly acceptedPerSecond: number;
  readonly opened: number;
  readonly lost: number;
  readonly twice: number;
  readonly wronglyRefused: number;
  readonly wronglyAccepted: number;
  /** Messages sent under the revoked key after its revocation. */
  readonly forged: number;
  readonly resigned: number;
  /** Receipts and seals that did not verify, by code. */
  readonly doubted: readonly string[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly changes: readonly Change[];
  /** Accepted messages that were decided under the changed policy. */
  readonly underNewPolicy: number;
  /** From the publication of a revocation until a participant or the gateway has it. */
  readonly revocationMs: Readonly<Record<string, number>>;
}

/** One change, and whether it was in force everywhere while messages were still sent. */
interface Change {
  readonly what: string;
  readonly tookMs: number;
  readonly underTraffic: boolean;
}

async function measureRotation(options: BenchOptions): Promise<Section> {
  const unchanged = await run(options, false);
  const changed = await run(options, true);
  const row = (name: string, one: Run): string[] => [
    name,
    one.offeredPerSecond.toFixed(0),
    one.acceptedPerSecond.toFixed(0),
    `${one.p50Ms.toFixed(0)} ms`,
    `${one.p99Ms.toFixed(0)} ms`,
    `${one.opened} of ${one.sent}`,
    `${one.lost}`,
    `${one.wronglyRefused}`,
    `${one.wronglyAccepted} of ${one.forged}`,
    `${one.resigned}`,
  ];
  const revoked = Object.entries(changed.revocationMs)
    .map(([who, ms]) => `${who} ${ms.toFixed(0)} ms`)
    .join(", ");
  const during = changed.changes.filter(({ underTraffic }) => underTraffic).length;
  return {
    title:
      `${during} of ${changed.changes.length} changes in force everywhere while ${options.rate} ` +
      `messages/s were sent for ${options.seconds} s by ${SENDERS.length} senders; a revocation ` +
      `is in force after: ${revoked}`,
    columns: [
      "traffic",
      "offered/s",
      "accepted/s",
      "p50 to receipt",
      "p99",
      "opened",
      "lost",
      "wrongly refused",
      "accepted under the revoked key",
      "signed again",
    ],
    rows: [row("floor: nothing changes", unchanged), row("everything changes", changed)],
    data: { unchanged, changed },
  };
}

async function run(options: BenchOptions, isChanging: boolean): Promise<Run> {
  const dataDir = await mkdtemp(join(tmpdir(), "tracepost-rotation-"));
  const ids = [...SENDERS, QUIET];
  await initExchange({ dataDir, participants: ids.map(specOf), room: ids.length });
  const programs = {
    gateway: GATEWAY_PROGRAM,
    focalPoint: IDLE,
    borderAgency: IDLE,
    regionalMonitor: IDLE,
  };
  const tuning = { logLevel: "error", resendFirstMs: RESEND_FIRST_MS } as const;
  const exchange = await startExchange({ dataDir, programs, tuning });
  const parties = await Promise.all(ids.map((id) => RotatingParty.open(exchange, id)));
  const keys = await KeyChanges.open(exchange);
  const sealer = createSealer({ workers: 2 });
  try {
    return await new Traffic({ exchange, parties, keys, sealer, options }).run(isChanging);
  } finally {
    await sealer.close();
    await keys.close();
    await Promise.all(parties.map((party) => party.close()));
    await exchange.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

interface Setting {
  readonly exchange: RunningExchange;
  readonly parties: readonly RotatingParty[];
  readonly keys: KeyChanges;
  readonly sealer: Sealer;
  readonly options: BenchOptions;
}

class Traffic {
  readonly #setting: Setting;
  readonly #senders: readonly RotatingParty[];
  readonly #forged: SealedMessage[] = [];
  readonly #changes: Change[] = [];
  #revocationMs: Record<string, number> = {};
  #revoked = { keyId: "", version: 0n };
  /** When the last message that was sealed ahead was sent. */
  #endedAtMs = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#senders = setting.parties.filter(({ id }) => id !== QUIET);
  }

  /** Seals, then sends at the rate while everything changes, then opens what has come. */
  async run(isChanging: boolean): Promise<Run> {
    const { options, parties, sealer } = this.#setting;
    const sealed = await sealAhead(sealer, options.rate * options.seconds, (at) => this.#pair(at));
    const [at] = this.#senders as [RotatingParty];
    const { key } = at;
    const forged = isChanging ? await sealAhead(sealer, FORGED, () => this.#pair(0)) : [];
    options.progress(`${sealed.length} messages sealed; they are sent now`);
    const beganAtMs = performance.now();
    const sending = this.#send(sealed);
    if (isChanging) await this.#change(key, forged);
    await sending;
    const seconds = (this.#endedAtMs - beganAtMs) / SECOND_MS;
    const all = this.#senders.flatMap(({ sent }) => [...sent.values()]);
    const until = this.#endedAtMs;
    const inTime = (times: readonly (number | undefined)[]): number =>
      times.filter((ms) => ms !== undefined && ms <= until).length / seconds;
    const rates = {
      offeredPerSecond: inTime(all.map(({ carriedAtMs }) => carriedAtMs)),
      acceptedPerSecond: inTime(all.map(({ acceptedAtMs }) => acceptedAtMs)),
    };
    options.progress(`${rates.acceptedPerSecond.toFixed(0)}/s accepted; the rest is opened now`);
    for (const party of parties) party.startOpening(sealer);
    await this.#drained();
    return await this.#result(rates);
  }

  /** Every sender to both others in turn. */
  #pair(at: number): Sealing {
    const from = this.#senders[at % this.#senders.length] as RotatingParty;
    const step = 1 + (Math.floor(at / this.#senders.length) % 2);
    const to = this.#senders[(at + step) % this.#senders.length] as RotatingParty;
    return { from: from.id, key: from.key, to: to.id, register: from.register };
  }

  async #send(sealed: readonly SealedMessage[]): Promise<void> {
    const { rate } = this.#setting.options;
    const beganAtMs = performance.now();
    const fresh = setInterval(() => void this.#sendFresh(), FRESH_EVERY_MS);
    let next = 0;
    while (next < sealed.length) {
      const due = ((performance.now() - beganAtMs) / SECOND_MS) * rate;
      for (; next < Math.min(due, sealed.length); next += 1) {
        const message = sealed[next] as SealedMessage;
        this.#party(message.from).send(message, next % 2 === 0);
      }
      await pause(TICK_MS);
    }
    clearInterval(fresh);
    this.#endedAtMs = performance.now();
  }

  #party(id: string): RotatingParty {
    return this.#senders.find((party) => party.id === id) as RotatingParty;
  }

  async #sendFresh(): Promise<void> {
    const at = this.#senders.reduce((sum, { sent }) => sum + sent.size, 0);
    const message = await sealMessage(this.#setting.sealer, this.#pair(at));
    this.#party(message.from).send(message, true);
  }

  /** Every kind once, spread over the time; after each, everybody has it before the next one. */
  async #change(old: SigningKeyPair, forged: readonly SealedMessage[]): Promise<void> {
    const { keys, options } = this.#setting;
    const steps: readonly (readonly [string, () => Promise<void>])[] = [
      ["credentials", () => keys.renewCredentials(...SENDERS, "GATEWAY")],
      ["policy", () => keys.changePolicy(2n, `${DEFAULT_POLICY_TEXT}\n`)],
      ["signing and sealing key of AT", () => keys.renew("AT", "header", "sealing")],
      ["signing key of AT revoked", () => keys.revoke("AT", [old.keyId])],
      ["identity and signing key of BE", () => keys.renew("BE", "identity", "header")],
      ["receipt, checkpoint and freshness keys", () => keys.renewExchange()],
      ["root keys", () => keys.renewRoots()],
      ["signing key of BR, new roots", () => keys.renew("BR", "header")],
    ];
    const apartMs = (options.seconds * SECOND_MS) / (steps.length + 1);
    const startedAtMs = performance.now();
    for (const [number, [what, step]] of steps.entries()) {
      await pause(startedAtMs + (number + 0.5) * apartMs - performance.now());
      const beganAtMs = performance.now();
      await step();
      await this.#everybodyFollows();
      const tookMs = performance.now() - beganAtMs;
      this.#changes.push({ what, tookMs, underTraffic: this.#endedAtMs === 0 });
      options.progress(`${what}: ${tookMs.toFixed(0)} ms`);
      if (!what.endsWith("revoked")) continue;
      this.#measureRevocation();
      this.#revoked = { keyId: old.keyId, version: keys.version };
      this.#forge(forged);
    }
  }

  /** Sends what the revoked key has signed, beside everything else. */
  #forge(forged: readonly SealedMessage[]): void {
    const [at] = this.#senders as [RotatingParty];
    for (const [number, message] of forged.entries()) {
      setTimeout(() => at.forge(message), number * FORGED_EVERY_MS);
      this.#forged.push(message);
    }
  }

  /** From when the version was handed over; measured, never waited for. */
  #measureRevocation(): void {
    const { begunAtMs, doneAtMs } = this.#setting.keys.published;
    const ms: Record<string, number> = { gateway: doneAtMs - begunAtMs };
    for (const { id, register, tookAtMs } of this.#setting.parties) {
      const tookMs = (tookAtMs.get(register.version) ?? Number.NaN) - begunAtMs;
      ms[id === QUIET ? `${id} (quiet)` : id] = tookMs;
    }
    this.#revocationMs = ms;
  }

  async #everybodyFollows(): Promise<void> {
    const { keys, parties } = this.#setting;
    const isBehind = () => parties.some(({ register }) => register.version < keys.version);
    const deadline = performance.now() + STALL_MS;
    while (isBehind()) {
      if (performance.now() > deadline) throw new TypeError("not everybody has the register");
      await pause(TICK_MS);
    }
  }

  async #drained(): Promise<void> {
    let open = -1;
    let movedAt = performance.now();
    for (;;) {
      const now = this.#senders.reduce((sum, party) => sum + party.open, 0);
      if (now === 0) return;
      if (now !== open) movedAt = performance.now();
      open = now;
      if (performance.now() - movedAt > STALL_MS) return;
      await pause(SECOND_MS / 4);
    }
  }

  async #result(rates: Pick<Run, "acceptedPerSecond" | "offeredPerSecond">): Promise<Run> {
    const { exchange, parties } = this.#setting;
    const file = join(exchange.paths.gateway.dir, "gateway.sqlite");
    const accepted = await readRows(file, (all) =>
      all<{ id: string; signatures: Uint8Array; version: number; policy: number }>(
        `SELECT message_id AS id, signatures, register_version AS version,
           policy_version AS policy FROM messages WHERE code = 0`,
      ),
    );
    const known = new Set(accepted.map(({ id }) => id));
    const { keyId: revoked, version } = this.#revoked;
    const late = accepted.filter(({ signatures, version: under }) => {
      if (revoked === "" || under < version) return false;
      return Envelope.decode(signatures).signatures.some(({ keyId }) => keyId === revoked);
    });
    const all = this.#senders.flatMap(({ sent }) => [...sent]);
    const opened = new Set(parties.flatMap((party) => [...party.opened]));
    const sum = (of: (party: RotatingParty) => number): number =>
      this.#senders.reduce((total, party) => total + of(party), 0);
    const took = all
      .flatMap(([, { acceptedAtMs, sentAtMs }]) => (acceptedAtMs ? [acceptedAtMs - sentAtMs] : []))
      .toSorted((one, other) => one - other);
    const at = (share: number): number => took[Math.floor(took.length * share)] ?? Number.NaN;
    return {
      ...rates,
      sent: all.length,
      opened: opened.size,
      lost: all.filter(([id, { delivered }]) => !(known.has(id) && opened.has(id) && delivered))
        .length,
      twice: sum(({ twice }) => twice),
      wronglyRefused: sum(({ refused }) => refused.length),
      wronglyAccepted: late.length,
      forged: this.#forged.length,
      resigned: sum(({ resigned }) => resigned),
      doubted: this.#senders.flatMap(({ doubted }) => doubted),
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      changes: this.#changes,
      underNewPolicy: accepted.filter(({ policy }) => policy > 0).length,
      revocationMs: this.#revocationMs,
    };
  }
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, durationMs)));
}
