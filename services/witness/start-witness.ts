import { join } from "node:path";
import { createHttpServer } from "#http";
import { type Clock, type Database, Lifecycle, type Logger } from "#runtime";
import { loadPublicKey, loadRegister } from "#trust";
import { openWitnessKey, Witness, type WitnessProcedures, type WitnessTrust } from "#witness";
import { addWitnessRoutes } from "#witness-api";
import type { WitnessConfig } from "./config.ts";

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

/** Opens store and key, and answers over HTTP. Throws TracepostError as its parts do. */
export async function startWitness(parts: WitnessParts): Promise<RunningWitness> {
  const { clock, config, logger } = parts;
  const lifecycle = new Lifecycle(logger);
  try {
    const key = await openWitnessKey(config.keyFile);
    const store = await parts.openStore(join(config.dataDir, "witness.sqlite"));
    lifecycle.add({ name: "store", stop: () => store.close() });
    const { name } = config;
    const trust = () => readTrust(config);
    const witness = new Witness({ name, key, trust, store, clock, logger });
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
    logger.info({ url: server.url, name, publicKey }, "the witness is ready");
    return { url: server.url, publicRaw: key.publicRaw, stop: () => lifecycle.stop() };
  } catch (caught) {
    await lifecycle.stop();
    throw caught;
  }
}

/** The register and root keys of its files, verified anew each time. */
async function readTrust(config: WitnessConfig): Promise<WitnessTrust> {
  const { registerFile, rootPublicKeyFiles: files } = config;
  const rootKeys = await Promise.all(files.map((file) => loadPublicKey(file)));
  return { register: await loadRegister(registerFile, files), rootKeys };
}

const TITLE = {
  title: "Tracepost witness",
  description: "Cosigns checkpoints of the message log of an exchange: it only ever grows.",
};
