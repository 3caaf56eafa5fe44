import { join } from "node:path";
import { connectBus } from "#bus";
import { accepted } from "#errors";
import { createPost } from "#post";
import { IndicatorLedger } from "#proto";
import { createLogger, systemClock, systemTimers } from "#runtime";
import { parseIndicatorLedger } from "#statistics";
import { openSqliteStore } from "#store";
import {
  createSealer,
  fileSigner,
  loadRegister,
  loadSealingKey,
  loadSigningKey,
  PAYLOAD_TYPES,
  signerFor,
} from "#trust";
import type { RunningExchange } from "../../deploy/local/index.ts";
import { credentialsFile } from "../../deploy/local/provision/authority-files.ts";
import type { PostTestProcedures } from "./post-store.ts";

/** A participant that takes ledgers in and does nothing else, over its own keys and inbox. */
export interface LedgerInbox {
  /** Ledgers that were taken, in their order. */
  ledgers(): Promise<IndicatorLedger[]>;
  stop(): Promise<void>;
}

/** Opens the inbox of a regional monitor of an exchange that runs. */
export async function openLedgerInbox(exchange: RunningExchange, id: string): Promise<LedgerInbox> {
  const { paths } = exchange;
  const own = paths.participant(id);
  const logger = createLogger({ name: id, level: "silent" });
  const store = await openSqliteStore<PostTestProcedures>({
    file: join(exchange.dataDir, `${id}.sqlite`),
    module: new URL("./post-store.ts", import.meta.url),
  });
  const transport = await connectBus({
    servers: exchange.nats.url,
    credsFile: credentialsFile(paths, id, id),
    name: `test.${id}`,
    inboxPrefix: `_I.${id}`,
    logger,
  });
  const register = await loadRegister(own.register, [own.rootPublicKey]);
  const header = await loadSigningKey(own.headerKey);
  const { identity } = await loadSealingKey(own.sealingKey);
  const sealer = createSealer();
  const post = createPost({
    participant: id,
    store,
    transport,
    sealer,
    application: {
      judge: ({ header: { sender }, parts }) => {
        const senderState = register.participant(sender)?.state ?? "";
        const body = parts.get("body") ?? new Uint8Array();
        const read = parseIndicatorLedger(body, { senderState, atMs: Date.now() });
        return read.ok ? accepted({ body: Buffer.from(body).toString("base64") }) : read;
      },
    },
    register: () => register,
    signer: () => signerFor(fileSigner(header), PAYLOAD_TYPES.header),
    identities: () => [identity],
    recovery: undefined,
    clock: systemClock,
    timers: systemTimers,
    logger,
  });
  await post.start();
  return {
    ledgers: async () => {
      const rows = await store.call("query", { sql: "SELECT body FROM effects ORDER BY rowid" });
      return rows.map(({ body }) => IndicatorLedger.decode(Buffer.from(String(body), "base64")));
    },
    stop: async () => {
      await post.stop();
      await transport.close();
      await sealer.close();
      await store.close();
    },
  };
}
