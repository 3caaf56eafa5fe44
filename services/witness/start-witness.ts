import { access } from "node:fs/promises";
import { join } from "node:path";
import { createHttpServer } from "#http";
import { Lifecycle } from "#runtime";
import { generateSigningKey, loadSigningKey, type SigningKeyPair, saveSigningKey } from "#trust";
import { addWitnessRoutes } from "./routes.ts";
import { Witness, type WitnessParts } from "./witness.ts";

/** A running witness. */
export interface RunningWitness {
  readonly url: string;
  /** Raw public key, for the register. */
  readonly publicRaw: Uint8Array;
  stop(): Promise<void>;
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
