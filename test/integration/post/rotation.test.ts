import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KeyPurpose, type SigningKey } from "#proto";
import {
  createSigner,
  generateSealingKey,
  generateSigningKey,
  PAYLOAD_TYPES,
  type SigningKeyPair,
  saveSigningKey,
} from "#trust";
import { toTimestamp } from "#wire";
import { reissue, withParticipant } from "../../support/parties.ts";
import { openPostExchange, type PostExchange } from "../../support/post-exchange.ts";

let exchange: PostExchange;
const sent: string[] = [];

beforeAll(async () => {
  exchange = await openPostExchange(["NE", "BR"]);
});

afterAll(async () => {
  await exchange.close();
});

/** A key that is valid from now on. */
function registered(pair: SigningKeyPair, purpose: KeyPurpose): SigningKey {
  const notBefore = toTimestamp(exchange.time.now() - 1);
  const notAfter = toTimestamp(exchange.time.now() + 86_400_000);
  const { keyId, publicRaw: publicKey } = pair;
  const none = { revokedAt: undefined, compromisedAt: undefined, revocationReason: 0 as const };
  return { keyId, publicKey, purpose, notBefore, notAfter, ...none };
}

async function traffic(): Promise<void> {
  for (let count = 0; count < 8; count += 1) {
    sent.push(await exchange.member("NE").send("BR", `message ${sent.length}`));
  }
}

/** Publishes while messages are under way, and waits until both have it. */
async function publish(edit: Parameters<typeof reissue>[2]): Promise<void> {
  const ne = exchange.member("NE");
  await traffic();
  const next = reissue(exchange.parties, ne.client.inForce.bytes, edit);
  const version = ne.client.current.view().version + 1n;
  const [answer] = await Promise.all([exchange.publish(next), traffic()]);
  expect(answer).toMatchObject({ outcome: "taken" });
  await exchange.until(`version ${version} is everywhere`, async () =>
    ["NE", "BR"].every((id) => exchange.member(id).client.current.view().version === version),
  );
  await traffic();
}

async function rows(id: string, sql: string) {
  return await exchange.member(id).rows(sql);
}

describe("a key is rotated under traffic (TP-RUN-7)", () => {
  test("every kind, one after the other; nothing is lost, refused or doubled", async () => {
    const ne = exchange.member("NE");
    const br = exchange.member("BR");
    const [header, receipt, checkpoint] = [1, 2, 3].map(() => generateSigningKey());
    if (!header || !receipt || !checkpoint) throw new TypeError("three keys");
    // Header key: the old one is revoked at once, with messages under it on their way.
    ne.client.current.onChange(() => {
      ne.signer = createSigner(header, PAYLOAD_TYPES.header);
    });
    await publish((register) =>
      withParticipant(register, "NE", ({ signingKeys }) => ({
        signingKeys: [
          ...signingKeys.map((key) => ({
            ...key,
            revokedAt: toTimestamp(exchange.time.now() - 1),
          })),
          registered(header, KeyPurpose.HEADER),
        ],
      })),
    );
    const sealing = await generateSealingKey();
    br.identities.unshift(sealing.identity);
    await publish((register) =>
      withParticipant(register, "BR", ({ sealingKeys }) => ({
        sealingKeys: [
          ...sealingKeys,
          {
            recipient: sealing.recipient,
            notBefore: toTimestamp(exchange.time.now() - 1),
            notAfter: toTimestamp(exchange.time.now() + 86_400_000),
          },
        ],
      })),
    );
    // The gateway finds its new keys beside the old ones when the register names them.
    await saveSigningKey(join(exchange.dir, "receipt-2.key"), receipt);
    await saveSigningKey(join(exchange.dir, "checkpoint-2.key"), checkpoint);
    await publish(({ gatewayKeys }) => ({
      gatewayKeys: [
        ...gatewayKeys,
        registered(receipt, KeyPurpose.RECEIPT),
        registered(checkpoint, KeyPurpose.CHECKPOINT),
      ],
    }));
    await exchange.settled();
    expect(await rows("NE", "SELECT state, count(*) AS n FROM post_outbox GROUP BY state")).toEqual(
      [{ state: "done", n: sent.length }],
    );
    expect(await rows("BR", "SELECT state, count(*) AS n FROM post_inbox GROUP BY state")).toEqual([
      { state: "delivered", n: sent.length },
    ]);
    const kept = await rows("NE", "SELECT envelope FROM post_receipt_envelope");
    const wasSignedBy = (pair: SigningKeyPair): boolean =>
      kept.some(({ envelope }) => Buffer.from(envelope as Uint8Array).includes(pair.keyId));
    expect(wasSignedBy(exchange.parties.receiptKey)).toBe(true);
    expect(wasSignedBy(receipt)).toBe(true);
  }, 120_000);
});
