import { access } from "node:fs/promises";
import { join } from "node:path";
import { createHttpServer } from "#http";
import { cosign, judgeCheckpoint, parseAddCheckpoint, type WatchedLog } from "#message-log";
import { KeyPurpose, RevocationReason } from "#proto";
import { type Clock, type Database, Lifecycle, LOG_LIMITS, type Logger } from "#runtime";
import {
  generateSigningKey,
  loadRegister,
  loadSigningKey,
  type SigningKeyPair,
  saveSigningKey,
} from "#trust";
import type { WitnessConfig } from "./config.ts";
import { addWitnessRoutes } from "./routes.ts";
import type { WitnessProcedures } from "./store.ts";

/** What a witness is built from. */
export interface WitnessParts {
  readonly config: WitnessConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly openStore: (file: string) => Promise<Database<WitnessProcedures>>;
}

/** A running witness. */
export interface RunningWitness {
  readonly url: string;
  /** Raw public key, for the register. */
  readonly publicRaw: Uint8Array;
  stop(): Promise<void>;
}

/** What is answered to `add-checkpoint`: a status of C2SP tlog-witness, and its body. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly body: string;
}

/**
 * Cosigns what extends the checkpoint it has cosigned last, and nothing else (TP-LOG-18). The new
 * one is kept before the cosignature leaves; a pair that proves a fork is kept for ever.
 */
export class Witness {
  readonly #parts: Pick<WitnessParts, "clock" | "config" | "logger">;
  readonly #store: Pick<Database<WitnessProcedures>, "call">;
  readonly #key: SigningKeyPair;
  #log: WatchedLog | undefined;
  #readAtMs = 0;

  constructor(
    parts: Pick<WitnessParts, "clock" | "config" | "logger">,
    store: Pick<Database<WitnessProcedures>, "call">,
    key: SigningKeyPair,
  ) {
    this.#parts = parts;
    this.#store = store;
    this.#key = key;
  }

  /** The log of the register, which is read again from time to time: its keys change. */
  async log(): Promise<WatchedLog> {
    const { clock, config } = this.#parts;
    const isFresh = clock.now() - this.#readAtMs < LOG_LIMITS.registerReadMs;
    if (this.#log !== undefined && isFresh) return this.#log;
    const register = await loadRegister(config.registerFile, config.rootPublicKeyFiles);
    const keys = register.gatewayKeys(KeyPurpose.CHECKPOINT);
    const valid = keys.filter(({ key }) => key.revocationReason !== RevocationReason.COMPROMISED);
    const publicKeys = [...valid.map(({ publicKey }) => publicKey), ...register.logKeys];
    this.#log = { origin: register.logOrigin, publicKeys };
    this.#readAtMs = clock.now();
    return this.#log;
  }

  /** Answers `add-checkpoint`. Throws STORE when what it would sign cannot be kept. */
  async add(body: string): Promise<WitnessAnswer> {
    const request = parseAddCheckpoint(body);
    if (request === undefined) return { status: 400, body: "" };
    const log = await this.log();
    const last = await this.#store.call("lastWitnessed", log.origin);
    const verdict = judgeCheckpoint(request, log, last ?? undefined);
    if (verdict.status === 409) return { status: 409, body: `${verdict.size}\n` };
    if (verdict.status === 422 && verdict.isFork) {
      await this.#noteFork(log.origin, last?.size ?? 0, last?.note ?? "", request.checkpoint);
    }
    if (verdict.status !== 200) return { status: verdict.status, body: "" };
    const { clock, config } = this.#parts;
    const nowMs = clock.now();
    const cosigner = { ...this.#key, name: config.name };
    const line = cosign(request.checkpoint, cosigner, Math.floor(nowMs / 1_000));
    const other = await this.#store.call("keepWitnessed", {
      ...verdict.head,
      note: request.checkpoint + line,
      origin: log.origin,
      oldSize: last?.size ?? 0,
      nowMs,
    });
    return other === null ? { status: 200, body: line } : { status: 409, body: `${other}\n` };
  }

  async #noteFork(origin: string, size: number, kept: string, other: string): Promise<void> {
    const { clock, logger } = this.#parts;
    logger.error({ origin, size }, "THE LOG IS FORKED: it has signed two roots for one size");
    await this.#store.call("keepConflict", { origin, size, kept, other, nowMs: clock.now() });
  }
}

/** Opens store and key, and answers over HTTP. Throws TracepostError as its parts do. */
export async function startWitness(parts: WitnessParts): Promise<RunningWitness> {
  const { config, logger } = parts;
  const lifecycle = new Lifecycle(logger);
  try {
    const key = await openKey(config.keyFile);
    const store = await parts.openStore(join(config.dataDir, "witness.sqlite"));
    lifecycle.add({ name: "store", stop: () => store.close() });
    const witness = new Witness(parts, store, key);
    await witness.log();
    const server = await createHttpServer({
      ...config.http,
      logger,
      title: TITLE,
      health: { running: () => lifecycle.state === "ready" },
      openRoutes: (routes) => addWitnessRoutes(routes, { store, witness }),
    });
    lifecycle.add({ name: "http", stop: () => server.close() });
    lifecycle.ready();
    const publicKey = Buffer.from(key.publicRaw).toString("base64");
    logger.info({ url: server.url, name: config.name, publicKey }, "the witness is ready");
    return { url: server.url, publicRaw: key.publicRaw, stop: () => lifecycle.stop() };
  } catch (caught) {
    await lifecycle.stop();
    throw caught;
  }
}

/** The witness's own key, made where there is none: it signs cosignatures and nothing else. */
async function openKey(file: string): Promise<SigningKeyPair> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) await saveSigningKey(file, generateSigningKey());
  return await loadSigningKey(file);
}

const TITLE = {
  title: "Tracepost witness",
  description: "Cosigns checkpoints of the message log of an exchange: it only ever grows.",
};
