import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEFAULT_POLICY_TEXT } from "#policy";
import { createSigner, loadSigningKey, PAYLOAD_TYPES } from "#trust";
import type { HeaderSigner } from "#wire";
import { initExchange, type RunningExchange, startExchange } from "../../deploy/local/index.ts";
import { KeyChanges } from "../support/key-changes.ts";
import { readRows } from "../support/stored-post.ts";
import { GATEWAY_PROGRAM, specOf } from "./exchange.ts";
import { RotatingParty } from "./rotating-party.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

/** Three that send to each other, and one that is quiet. */
const SENDERS = ["AT", "BE", "BR"] as const;
const QUIET = "KE";
const IDLE = fileURLToPath(new URL("./idle.ts", import.meta.url));
const TICK_MS = 20;
const SECOND_MS = 1_000;
const FORGING_MS = 5 * SECOND_MS;
/** Nothing has moved for so long: what is open then is counted as lost. */
const STALL_MS = 120_000;

/** Keys, policy and credentials changed under a sustained rate, beside the same traffic. */
export const rotationBench: Bench = {
  name: "rotation",
  about: "every kind of key and the policy changed under --rate messages/s",
  run: measureRotation,
};

/** What came of a run. */
interface Run {
  readonly sent: number;
  readonly perSecond: number;
  readonly lost: number;
  readonly wronglyRefused: number;
  readonly wronglyAccepted: number;
  /** Messages under the revoked key, each refused. */
  readonly forged: number;
  readonly resigned: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly changes: number;
  /** From the publication of a revocation until a participant or the gateway has it. */
  readonly revocationMs: Readonly<Record<string, number>>;
}

async function measureRotation(options: BenchOptions): Promise<Section> {
  const unchanged = await run(options, false);
  const changed = await run(options, true);
  const row = (name: string, one: Run): string[] => [
    name,
    one.perSecond.toFixed(0),
    (one.perSecond / unchanged.perSecond).toFixed(2),
    `${one.p50Ms.toFixed(0)} ms`,
    `${one.p99Ms.toFixed(0)} ms`,
    `${one.lost}`,
    `${one.wronglyRefused}`,
    `${one.wronglyAccepted} of ${one.forged}`,
    `${one.resigned}`,
  ];
  const revoked = Object.entries(changed.revocationMs)
    .map(([who, ms]) => `${who} ${ms.toFixed(0)} ms`)
    .join(", ");
  return {
    title:
      `${changed.changes} changes of keys, policy and credentials under ${options.rate} messages/s ` +
      `asked for, ${options.seconds} s, ${SENDERS.length} senders; a revocation is in force after: ${revoked}`,
    columns: [
      "traffic",
      "accepted/s",
      "ratio",
      "p50 to receipt",
      "p99",
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
  await initExchange({ dataDir, participants: ids.map(specOf) });
  const programs = { gateway: GATEWAY_PROGRAM, focalPoint: IDLE, borderAgency: IDLE };
  const tuning = { logLevel: "error" } as const;
  const exchange = await startExchange({ dataDir, programs, tuning });
  const parties = await Promise.all(ids.map((id) => RotatingParty.open(exchange, id)));
  const keys = await KeyChanges.open(exchange);
  try {
    return await new Traffic(exchange, parties, keys, options).run(isChanging);
  } finally {
    await keys.close();
    await Promise.all(parties.map((party) => party.close()));
    await exchange.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

class Traffic {
  readonly #exchange: RunningExchange;
  readonly #parties: readonly RotatingParty[];
  readonly #senders: readonly RotatingParty[];
  readonly #keys: KeyChanges;
  readonly #options: BenchOptions;
  readonly #forged: string[] = [];
  #revocationMs: Record<string, number> = {};

  constructor(
    exchange: RunningExchange,
    parties: readonly RotatingParty[],
    keys: KeyChanges,
    options: BenchOptions,
  ) {
    this.#exchange = exchange;
    this.#parties = parties;
    this.#senders = parties.filter(({ id }) => id !== QUIET);
    this.#keys = keys;
    this.#options = options;
  }

  async run(isChanging: boolean): Promise<Run> {
    const { rate, seconds } = this.#options;
    const startedAt = performance.now();
    let sent = 0;
    const timer = setInterval(() => {
      const due = ((performance.now() - startedAt) / SECOND_MS) * rate;
      for (; sent < due; sent += 1) this.#sendOne(sent);
    }, TICK_MS);
    const changes = isChanging ? await this.#change() : 0;
    await pause(startedAt + seconds * SECOND_MS - performance.now());
    clearInterval(timer);
    const accepted = this.#senders.flatMap(({ sent: all }) => [...all.values()]);
    const inTime = accepted.filter((one) => one.acceptedAfterMs !== undefined).length;
    const perSecond = (inTime * SECOND_MS) / (performance.now() - startedAt);
    await this.#drained();
    return await this.#result({ sent, perSecond, changes });
  }

  #sendOne(n: number): void {
    const at = n % this.#senders.length;
    const to = (at + 1 + (Math.floor(n / this.#senders.length) % 2)) % this.#senders.length;
    this.#senders[at]?.send(this.#senders[to]?.id ?? "");
  }

  /** Every kind once; after each, everybody has it before the next one. */
  async #change(): Promise<number> {
    const keys = this.#keys;
    const { headerKey } = this.#exchange.paths.participant("AT");
    const old = createSigner(await loadSigningKey(headerKey), PAYLOAD_TYPES.header);
    const steps: readonly (readonly [string, () => Promise<void>])[] = [
      ["signing and sealing key of AT", () => keys.renew("AT", "header", "sealing")],
      ["identity and signing key of BE", () => keys.renew("BE", "identity", "header")],
      ["signing key of AT revoked", () => keys.revoke("AT", [old.keyId])],
      ["receipt, checkpoint and freshness keys", () => keys.renewExchange()],
      ["root keys", () => keys.renewRoots()],
      ["policy", () => keys.changePolicy(2n, `${DEFAULT_POLICY_TEXT}\n`)],
      ["signing key of BR, new roots", () => keys.renew("BR", "header")],
      ["credentials", () => keys.renewCredentials(...SENDERS, "GATEWAY")],
    ];
    await pause(SECOND_MS);
    for (const [what, step] of steps) {
      const at = performance.now();
      await step();
      await this.#everybodyFollows();
      this.#options.progress(`${what}: ${(performance.now() - at).toFixed(0)} ms`);
      if (!what.endsWith("revoked")) continue;
      this.#measureRevocation();
      this.#forgeWith(old);
    }
    return steps.length;
  }

  /** Sends under the revoked key for a while, beside everything else. */
  #forgeWith(signer: HeaderSigner): void {
    const forging = setInterval(() => {
      const [at] = this.#senders;
      if (at !== undefined) this.#forged.push(at.send("BE", signer));
    }, FORGING_MS / 50);
    setTimeout(() => clearInterval(forging), FORGING_MS);
  }

  /** From when the version was handed over; measured, never waited for. */
  #measureRevocation(): void {
    const { begunAtMs, doneAtMs } = this.#keys.published;
    const ms: Record<string, number> = { gateway: doneAtMs - begunAtMs };
    for (const party of this.#parties) {
      ms[party.id === QUIET ? `${party.id} (quiet)` : party.id] =
        (party.tookAtMs.get(party.registerVersion) ?? Number.NaN) - begunAtMs;
    }
    this.#revocationMs = ms;
  }

  async #everybodyFollows(): Promise<void> {
    const { version } = this.#keys;
    const isBehind = () => this.#parties.some(({ registerVersion }) => registerVersion < version);
    await until(() => !isBehind(), "everybody has the register");
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

  async #result(told: Pick<Run, "changes" | "perSecond" | "sent">): Promise<Run> {
    const file = join(this.#exchange.paths.gateway.dir, "gateway.sqlite");
    const accepted = await readRows(file, (all) =>
      all<{ id: string }>("SELECT message_id AS id FROM messages WHERE code = 0"),
    );
    const known = new Set(accepted.map(({ id }) => id));
    const all = this.#senders.flatMap(({ sent }) => [...sent.entries()]);
    const took = all.flatMap(([, { acceptedAfterMs: ms }]) => (ms === undefined ? [] : [ms]));
    const sorted = took.toSorted((one, other) => one - other);
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
    const isLost = ([id, one]: (typeof all)[number]): boolean => !known.has(id) || !one.delivered;
    return {
      ...told,
      lost: all.filter(isLost).length,
      wronglyRefused: this.#senders.reduce((sum, { refused }) => sum + refused.length, 0),
      wronglyAccepted: this.#forged.filter((id) => known.has(id)).length,
      forged: this.#forged.length,
      resigned: this.#senders.reduce((sum, { resigned }) => sum + resigned, 0),
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      revocationMs: this.#revocationMs,
    };
  }
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + STALL_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new TypeError(`it never came true that ${what}`);
    await pause(TICK_MS);
  }
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, durationMs)));
}
