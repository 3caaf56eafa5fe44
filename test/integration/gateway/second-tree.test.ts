import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LogEntry, RenewedEntry, RenewedProof } from "#proto";
import { openSqliteReader } from "#store";
import { renewalSignatures } from "../../../gateway/identity.ts";
import { ALONE } from "../../../gateway/instances/duty.ts";
import { LogRenewer } from "../../../gateway/log-renewer.ts";
import { renewedProof } from "../../../gateway/store/renewal/second-tree.ts";
import { demandInclusion, leafHashBy, nodeHash } from "../../second-verifier/merkle.ts";
import { type FilledGateway, fillGateway } from "../../support/filled-gateway.ts";
import { OperatorDoor } from "../../support/operator-door.ts";
import { readRows } from "../../support/stored-post.ts";

let gateway: FilledGateway;
let size = 0;

beforeAll(async () => {
  gateway = await fillGateway();
  size = gateway.bench.checkpoints.keptSize;
  expect(size).toBeGreaterThan(256);
});

afterAll(() => gateway.close());

const rehash = async (digest: "SHA-512" | "SHA3-512", upTo: number, limit: number) =>
  await gateway.bench.store.call("rehashEntries", { digest, upTo, limit });

/** Proofs of some entries, in one read. */
async function proofsOf(
  digest: "SHA-512" | "SHA3-512",
  indices: readonly number[],
): Promise<RenewedProof[]> {
  const reader = openSqliteReader(gateway.bench.file);
  try {
    return await reader.read(async (tx) => {
      const proofs: RenewedProof[] = [];
      for (const index of indices) {
        proofs.push(RenewedProof.decode(await renewedProof(tx, { digest, size, index })));
      }
      return proofs;
    });
  } finally {
    reader.close();
  }
}

/** MTH by the definition of RFC 6962, with another algorithm. */
function rootOf(leaves: readonly Buffer[], digest: string): Buffer {
  const [first] = leaves;
  if (first === undefined || leaves.length === 1) return first ?? Buffer.of();
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return nodeHash(rootOf(left, digest), rootOf(right, digest), digest);
}

describe("the second tree (TP-RENEW-1)", () => {
  test.each([
    ["SHA-512", "sha512"],
    ["SHA3-512", "sha3-512"],
  ] as const)(
    "of %s is that of the definition, made in steps of any length",
    async (name, hash) => {
      let reached = 0;
      for (let step = 1; reached < size; step += 40) reached = await rehash(name, size, step);
      expect(await rehash(name, size, 10)).toBe(size);
      const all = await proofsOf(name, [...Array(size).keys()]);
      const leaves = all.map(({ leaf }) => Buffer.from(leaf));
      const root = rootOf(
        leaves.map((leaf) => leafHashBy(hash, leaf)),
        hash,
      );
      const found = await gateway.bench.store.call("rehashed", { digest: name, size });
      expect(Buffer.from(found.root ?? []).equals(root)).toBe(true);
      for (const index of [0, 1, 255, 256, size - 1]) {
        const own = leafHashBy(hash, leaves[index] ?? Buffer.of());
        const path = all[index]?.path.map((one) => Buffer.from(one)) ?? [];
        demandInclusion(own, BigInt(index), BigInt(size), path, root, hash);
      }
    },
  );

  test("has what an entry names: header, signatures, parts, or its object", async () => {
    const all = await proofsOf("SHA-512", [...Array(size).keys()]);
    const leaves = all.map(({ leaf }) => RenewedEntry.decode(leaf));
    const { digests, entry } = leaves[0] ?? RenewedEntry.create({});
    expect(LogEntry.decode(entry).sender).toBe("NE");
    expect(digests.map(({ of, position }) => `${of} ${position}`)).toEqual([
      "header 0",
      "signatures 0",
      "part 0",
      "part 1",
    ]);
    const [header] = await readRows(gateway.bench.file, (all) =>
      all<{ header: Uint8Array }>("SELECT header FROM messages WHERE id = 1"),
    );
    const digest = createHash("sha512")
      .update(header?.header ?? Buffer.of())
      .digest();
    expect(Buffer.from(digests[0]?.digest ?? []).equals(digest)).toBe(true);
    const kinds = new Set(leaves.map((named) => named.digests.map(({ of }) => of).join(" ")));
    expect(kinds).toContain("object");
  });
});

describe("the door of the gateway (TP-RENEW-5)", () => {
  test("shows how the log stands, and lets operators renew it, nobody else", async () => {
    const { bench, parties } = gateway;
    const renewer = new LogRenewer({
      ...bench,
      duty: ALONE,
      witnesses: { cosigned: undefined },
      signer: (renewal) => renewalSignatures(renewal, [parties.checkpointKey]),
    });
    const door = new OperatorDoor(bench, [], undefined, renewer);
    await door.open();
    const operator = await door.operator();
    const auditor = await door.person("auditor-1", "AUDITOR");
    const path = "/log/renewals";
    const before = (await door.ask(auditor, path)).body;
    expect(before).toMatchObject({ renewals: [], digest: "SHA-512", rehashed: size, size });
    expect((await door.ask(auditor, path, {})).status).toBe(403);
    expect((await door.ask(operator, path, { digest: "MD5" })).body.code).toBe("INPUT_INVALID");
    const made = await door.ask(operator, path, { digest: "SHA3-512" });
    expect(made).toMatchObject({ status: 200, body: { number: 1, digest: "SHA3-512", size } });
    const after = (await door.ask(auditor, path)).body;
    expect(after.renewals).toEqual([made.body]);
    expect(Date.parse(after.dueAt)).toBeGreaterThan(Date.parse(after.renewals[0].renewedAt));
    await door.close();
    await renewer.stop();
  });
});

describe("a second tree that was changed behind everybody's back (TP-LOG-15)", () => {
  const at = (index: number) => `digest = 'SHA-512' AND entry_index = ${index}`;

  test.each([
    ["nothing", "SELECT 1", /^$/],
    [
      "a leaf edited",
      `UPDATE renewed_entry SET digests = (SELECT digests FROM renewed_entry WHERE ${at(1)})
       WHERE ${at(0)}`,
      /entry 0 in the second tree of SHA-512 names other bytes than those that are kept/,
    ],
    [
      "a leaf of something that is gone",
      `UPDATE renewed_entry SET digests = (SELECT digests FROM renewed_entry WHERE ${at(0)})
       WHERE ${at(200)}`,
      /entry 255 in the second tree of SHA-512, or one before it, is not the one that was hashed/,
    ],
    ["a leaf lost", `DELETE FROM renewed_entry WHERE ${at(3)}`, /entry 3 in .* is not kept/],
    [
      "a node edited",
      "UPDATE renewed_node SET hash = zeroblob(64) WHERE digest = 'SHA3-512'",
      /entry 255 in the second tree of SHA3-512, .*renewal 1 has signed another second tree/s,
    ],
    [
      "a renewal put in",
      `INSERT INTO log_renewal SELECT 2, renewal, signed, digest, size, renewed_at, 1
       FROM log_renewal WHERE number = 1`,
      /renewal 2 was never logged/,
    ],
  ])("%s is found", async (_, sql, found) => {
    const { problems } = await gateway.tampered(sql);
    expect(problems.join("\n")).toMatch(found);
  });
});
