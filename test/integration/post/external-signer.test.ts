import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ExternalSigner, PAYLOAD_TYPES, saveSigningKey, signerFor } from "#trust";
import { SIGNER_PROGRAM } from "../../support/key-at-signer.ts";
import { openPostExchange, type PostExchange } from "../../support/post-exchange.ts";

let folder = "";
let exchange: PostExchange;
let signer: ExternalSigner;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-signer-"));
  await mkdir(join(folder, "keys"));
  exchange = await openPostExchange(["NE", "BR"]);
  const command = [process.execPath, SIGNER_PROGRAM, "keys"] as const;
  signer = new ExternalSigner({ command: [...command], cwd: folder, timeoutMs: 20_000 });
});

afterAll(async () => {
  await exchange.close();
  await signer.close();
  await rm(folder, { recursive: true, force: true });
});

describe("a post whose key is with a program", () => {
  test("keeps everything while that is away, and sends it once it is back (TP-SIGN-1)", async () => {
    const [ne, br] = [exchange.member("NE"), exchange.member("BR")];
    const { key } = exchange.parties.party("NE");
    ne.signer = signerFor(signer.key(key.publicKey), PAYLOAD_TYPES.header);
    const sent = [await ne.send("BR", "one"), await ne.send("BR", "two")];
    const received = await br.send("NE", "three");
    // The folder is empty, so the program ends each time it is started.
    await exchange.until("the signer is missed", async () => signer.problem !== undefined);
    const states = async () => await ne.rows("SELECT state, attempts FROM post_outbox");
    expect(await states()).toEqual(sent.map(() => ({ state: "draft", attempts: 0 })));
    // Which of the two is seen first is a matter of the moment: its end, or that it reads no more.
    expect(signer.problem).toMatch(/^the signer (has ended \(2\)|takes no questions)$/);
    await saveSigningKey(join(folder, "keys", "header.pem"), key);
    await exchange.settled();
    expect(signer.problem).toBeUndefined();
    const effects = await br.rows("SELECT message_id, body FROM effects ORDER BY body");
    expect(effects).toEqual([
      { message_id: sent[0], body: "one" },
      { message_id: sent[1], body: "two" },
    ]);
    const fates = await br.rows("SELECT fate FROM fates WHERE message_id = ?", received);
    expect(fates.map(({ fate }) => fate).toSorted()).toEqual(["accepted", "delivered"]);
  });
});
