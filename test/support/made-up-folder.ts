import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openSqliteStore } from "#store";
import { savePublicKey, writePublic } from "#trust";
import type { WitnessProcedures } from "#witness";
import { ExchangePaths } from "../../deploy/local/index.ts";
import { type GatewayBench, openGatewayBench } from "./gateway-bench.ts";
import { recipientReceipt, traceRequest } from "./messages.ts";
import { makeParties, type Parties } from "./parties.ts";

/** A body of this size lies in a file of its own store. */
const LARGE = 6_000;

/** A data folder with a gateway that has its store open, a second store, keys, and other files. */
export interface MadeUpFolder {
  readonly paths: ExchangePaths;
  readonly parties: Parties;
  readonly bench: GatewayBench;
  /** One message more, delivered, with its checkpoint kept. */
  exchangeOne(): Promise<void>;
}

/** Makes one in a folder that is not there; the register is the one that signed for its log. */
export async function makeUpFolder(dataDir: string, exchangeId = "test"): Promise<MadeUpFolder> {
  const paths = new ExchangePaths(dataDir);
  const parties = makeParties([{ id: "NE" }, { id: "BR" }]);
  const witness = join(paths.participantsDir, "NE", "witness.sqlite");
  for (const dir of [
    paths.gateway.keysDir,
    paths.exchange.rootKeys[0],
    paths.participant("NE").dir,
  ]) {
    await mkdir(dir ?? dataDir, { recursive: true });
  }
  const marker = { product: "tracepost", format: 1, createdAt: "", exchangeId, logOrigin: "" };
  await writeFile(paths.marker, JSON.stringify(marker));
  await writePublic(paths.exchange.register, parties.registerBytes);
  await savePublicKey(paths.exchange.rootPublicKey, parties.root);
  await writeFile(join(paths.exchange.rootDir, "holder-1", "any.key"), "a root key");
  await writeFile(paths.gateway.receiptKey, "a private key");
  await writeFile(paths.gateway.config, "{}");
  await writeFile(join(dataDir, "notes of the operator"), "not ours");
  const module = new URL("../../services/witness/store.ts", import.meta.url);
  await (await openSqliteStore<WitnessProcedures>({ file: witness, module })).close();
  const bench = await openGatewayBench(parties, {
    place: { kind: "sqlite", file: paths.gateway.store },
  });
  const exchangeOne = async (): Promise<void> => {
    const message = traceRequest(parties.party("NE"), ["BR"], { bodyBytes: LARGE });
    await bench.send(message);
    await bench.send(recipientReceipt(parties.party("BR"), [{ sender: "NE", message }]));
    await bench.checkpoints.stop();
  };
  await exchangeOne();
  return { paths, parties, bench, exchangeOne };
}
