import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseEvidenceFile, verifyEvidenceFile as verifyEvidence } from "#evidence";
import { consistencyProof, formatEvidence } from "#message-log";
import { RECOVERABLE_SQL, type RecoverableMessage } from "#post";
import { LogEvidence } from "#proto";
import { openSqliteReader } from "#store";
import { keyIdOf, openKeyCopy, openOwnCopy } from "#trust";
import { ExchangePaths } from "../../deploy/local/index.ts";
import {
  demandConsistency,
  type KnownHead,
  type KnownRegister,
  leafHash,
  openKnownCheckpoint,
  openKnownRegister,
  rootOf,
  Untrue,
  verifyEvidenceBag,
  verifyEvidenceBytes,
  verifyEvidenceFile,
  verifyMessage,
  verifyReceipt,
} from "../second-verifier/index.ts";
import { exportedEvidence } from "../support/exported-evidence.ts";
import { recoveryKeyOf } from "../support/key-at-signer.ts";
import { LoadedExchange, STATES } from "../support/loaded-exchange.ts";
import { readRows } from "../support/stored-post.ts";

/** With their replies they are entries enough for a full tile of 256. */
const REQUESTS = 128;
const TILE_HASHES = 256;
/** Longest set-up and load, with the other tests on the same cores. */
const SETUP_MS = 300_000;
/** The State whose key is with a program. */
const [ON_P256 = "AT"] = STATES;
const [ACCEPTED, DELIVERED] = [1n, 3n];
const ENTRY_MESSAGE = 1n;

/** Digits of a key id, which is a field of 32 bytes with the number 1: 0x0A 0x20 before it. */
const KEY_ID_DIGITS = 32;

/** What somebody holds: an envelope, and where it is not a receipt, the proof that came with it. */
interface Held {
  readonly envelope: Buffer;
  readonly evidence: Buffer | null;
}

let loaded: LoadedExchange;
let register: KnownRegister;
let rootPem = "";
let registerFile: Buffer;
let received: Held[] = [];
let receipts: Held[] = [];
let entries: Buffer[] = [];
let tiles: { level: number; hashes: Buffer }[] = [];
let latest = "";
let evidenceFile: Buffer;

beforeAll(async () => {
  loaded = await LoadedExchange.open({ requestsMax: REQUESTS, pauseMs: 1, signer: true });
  loaded.startLoad();
  await loaded.untilSubmitted(REQUESTS);
  await loaded.stopLoad();
  await loaded.drained();
  evidenceFile = await exportedEvidence(loaded.exchange);
  await loaded.exchange.stop();
  const paths = new ExchangePaths(loaded.dataDir);
  registerFile = await readFile(paths.exchange.register);
  rootPem = await readFile(paths.exchange.rootPublicKey, "utf8");
  register = openKnownRegister(registerFile, rootPem);
  for (const state of STATES) {
    const file = join(paths.participant(state).dir, "focal-point.sqlite");
    const held = await readRows(file, async (all) => ({
      inbox: await all<StoredHeld>("SELECT envelope, evidence FROM post_inbox ORDER BY position"),
      receipts: await all<StoredHeld>("SELECT envelope, evidence FROM post_receipt_envelope"),
    }));
    received = [...received, ...held.inbox.map(heldOf)];
    receipts = [...receipts, ...held.receipts.map(heldOf)];
  }
  await readLog();
}, SETUP_MS);

afterAll(async () => {
  await loaded.close();
});

interface StoredHeld {
  readonly envelope: Uint8Array;
  readonly evidence: Uint8Array | null;
}

const heldOf = ({ envelope, evidence }: StoredHeld): Held => ({
  envelope: Buffer.from(envelope),
  evidence: evidence === null ? null : Buffer.from(evidence),
});

const gatewayFile = (): string =>
  join(new ExchangePaths(loaded.dataDir).gateway.dir, "gateway.sqlite");

async function readLog(): Promise<void> {
  await readRows(gatewayFile(), async (all) => {
    const rows = await all<{ entry: Uint8Array }>(
      "SELECT entry FROM log_entries ORDER BY entry_index",
    );
    entries = rows.map(({ entry }) => Buffer.from(entry));
    const stored = await all<{ level: number; hashes: Uint8Array }>(
      "SELECT level, hashes FROM log_tiles ORDER BY level, tile_index",
    );
    tiles = stored.map(({ level, hashes }) => ({ level, hashes: Buffer.from(hashes) }));
    const [head] = await all<{ checkpoint: string }>("SELECT checkpoint FROM log_head");
    latest = head?.checkpoint ?? "";
  });
}

/** Evidence of every accepted message, as its sender holds it. */
const accepted = () =>
  receipts
    .map(({ envelope }) => verifyReceipt(envelope, register))
    .filter(({ type }) => type === ACCEPTED);

/** A copy with one bit turned. */
function turned(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** Places at which a change of one bit is not told of. */
function unnoticed(bytes: Buffer, verify: (changed: Buffer) => unknown): number[] {
  return [...bytes.keys()].filter((at) => {
    try {
      verify(turned(bytes, at));
      return true;
    } catch (caught) {
      // Any other fault would be a verifier that stumbles instead of telling.
      if (!(caught instanceof Untrue)) throw caught;
      return false;
    }
  });
}

describe("the State whose key is with a program", () => {
  test("has taken part like the others, and its copies open without its keys (TP-RECOVER-2)", async () => {
    const { dir } = new ExchangePaths(loaded.dataDir).participant(ON_P256);
    const { identity } = await recoveryKeyOf(loaded.dataDir, ON_P256);
    const copies = await readRows(join(dir, "focal-point.sqlite"), async (all) => ({
      keys: await all<{ message_id: string; key: Uint8Array }>(
        "SELECT message_id, key FROM post_recovery WHERE part = 'body'",
      ),
      kept: await all<RecoverableMessage>(RECOVERABLE_SQL),
      envelopes: await all<{ message_id: string; envelope: Uint8Array }>(
        `SELECT message_id, envelope FROM post_inbox
         UNION ALL SELECT message_id, envelope FROM post_outbox WHERE envelope IS NOT NULL`,
      ),
      sealed: await all<{ n: number }>(
        `SELECT (SELECT count(DISTINCT message_id) FROM post_outbox_recipient
           WHERE pair_sequence IS NOT NULL)
           + (SELECT count(*) FROM post_inbox WHERE pair_sequence IS NOT NULL) AS n`,
      ),
    }));
    expect(copies.kept).toHaveLength(copies.sealed[0]?.n ?? 0);
    for (const { message_id } of [copies.kept.at(0), copies.kept.at(-1)].flatMap(
      (one) => one ?? [],
    )) {
      const found = copies.envelopes.find((one) => one.message_id === message_id);
      const envelope = found?.envelope ?? new Uint8Array();
      const keys = copies.keys
        .filter((one) => one.message_id === message_id)
        .map(({ key }) => ({ partName: "body", key }));
      const opened = await openOwnCopy({ owner: ON_P256, envelope, keys }, identity);
      expect(opened.ok && opened.value.get("body")?.length).toBeGreaterThan(0);
    }
    const copy = await openKeyCopy(await readFile(join(dir, "recovery-keys.age")), identity);
    expect(Object.keys(copy.files)).toEqual(["header.key", "identity.key", "seal.age"]);
    // Its private half was never here.
    expect(copy.files["header.key"]).toContain("BEGIN PUBLIC KEY");
  });
});

describe("a verifier that shares no code with the product agrees", () => {
  test("with every message in the inboxes, its signature, parts and entry (TP-WIRE-3)", () => {
    expect(received.length).toBeGreaterThanOrEqual(2 * REQUESTS);
    for (const { envelope, evidence } of received) {
      const message = verifyMessage(envelope, register);
      expect(evidence).not.toBeNull();
      const entry = verifyEvidenceBytes(evidence ?? Buffer.alloc(0), register);
      expect(entry).toMatchObject({
        kind: ENTRY_MESSAGE,
        sender: message.sender,
        messageId: message.messageId,
        headerDigest: message.headerDigest,
        signaturesDigest: message.signaturesDigest,
        code: 0n,
      });
    }
  });

  test("with every receipt, by the gateway and by recipients (TP-TRUST-1, TP-LOG-11)", () => {
    const sent = new Map(
      received.map(({ envelope }) => {
        const { headerDigest, messageId, recipients } = verifyMessage(envelope, register);
        return [messageId, { headerDigest, recipient: recipients[0] }];
      }),
    );
    const said = new Map<bigint, Set<string>>();
    for (const { envelope } of receipts) {
      const receipt = verifyReceipt(envelope, register);
      const about = said.get(receipt.type) ?? new Set();
      said.set(receipt.type, about);
      for (const item of receipt.items) {
        about.add(item.messageId);
        expect(item.originalSender).toBe(receipt.recipient);
        expect(item.headerDigest).toEqual(sent.get(item.messageId)?.headerDigest);
        if (receipt.type === ACCEPTED) expect(item.evidence?.kind).toBe(ENTRY_MESSAGE);
        const speaker = receipt.type === ACCEPTED ? "GATEWAY" : sent.get(item.messageId)?.recipient;
        expect(receipt.sender).toBe(speaker);
      }
    }
    expect([...said.keys()].sort()).toEqual([ACCEPTED, DELIVERED]);
    for (const about of said.values()) expect(about.size).toBe(sent.size);
  });

  test("with evidence as a file (TP-LOG-10)", () => {
    for (const { evidence } of received) {
      const bytes = evidence ?? Buffer.alloc(0);
      const file = formatEvidence(LogEvidence.decode(bytes));
      expect(verifyEvidenceFile(file, register)).toEqual(verifyEvidenceBytes(bytes, register));
    }
  });

  test("with an evidence file, for every root key that has signed (TP-EVID-5)", () => {
    const { content } = parseEvidenceFile(evidenceFile);
    const keyIds = content.rootKeys.map(keyIdOf);
    const report = verifyEvidence(evidenceFile, [keyIds]);
    expect(report.problems).toEqual([]);
    expect(report.verdict).toBe("proven");
    const signers = report.registers[0]?.rootKeys ?? [];
    expect(signers.length).toBeGreaterThan(keyIds.length / 2);
    for (const signer of signers) {
      const found = verifyEvidenceBag(evidenceFile, signer);
      expect(found.map(({ gone, renewals }) => [gone, renewals])).toEqual([[[], 0]]);
      expect(report.messages).toMatchObject(found.map(({ gone: _, renewals: __, ...one }) => one));
      expect(found[0]?.deliveries.map(({ outcome }) => outcome)).toEqual(["delivered"]);
    }
  });

  test("with the whole tree: entries, tiles, and the latest checkpoint (TP-LOG-1, TP-LOG-8)", () => {
    const leaves = entries.map(leafHash);
    const head = openKnownCheckpoint(latest, register);
    expect(head.size).toBe(BigInt(entries.length));
    expect(head.root).toEqual(rootOf(leaves));
    expect(tiles.length).toBeGreaterThan(0);
    const [first] = tiles;
    expect(first?.hashes).toEqual(Buffer.concat(leaves.slice(0, TILE_HASHES)));
  });

  test("that the log extends every checkpoint anybody was given (TP-LOG-7)", async () => {
    const now = openKnownCheckpoint(latest, register);
    const heads = new Map<bigint, KnownHead>();
    for (const { items } of accepted()) {
      for (const { evidence } of items) {
        if (evidence !== undefined) heads.set(evidence.head.size, evidence.head);
      }
    }
    expect(heads.size).toBeGreaterThan(5);
    const reader = openSqliteReader(gatewayFile());
    try {
      for (const head of heads.values()) {
        const proof = await reader.read((tx) =>
          consistencyProof(tx, Number(head.size), Number(now.size)),
        );
        demandConsistency(head, now, proof.map(Buffer.from));
        expect(rootOf(entries.slice(0, Number(head.size)).map(leafHash))).toEqual(head.root);
      }
    } finally {
      reader.close();
    }
  });
});

describe("it tells of every change", () => {
  test("of any bit of a message and of its evidence", () => {
    const [held] = received;
    const envelope = held?.envelope ?? Buffer.alloc(0);
    const evidence = held?.evidence ?? Buffer.alloc(0);
    expect(envelope.length).toBeGreaterThan(1_000);
    expect(unnoticed(envelope, (changed) => verifyMessage(changed, register))).toEqual([]);
    expect(evidence.length).toBeGreaterThan(200);
    expect(unnoticed(evidence, (changed) => verifyEvidenceBytes(changed, register))).toEqual([]);
  });

  test("of any bit of a receipt, whoever signed it", () => {
    const kept = receipts.filter(({ envelope }) => envelope.length < 4_000);
    for (const type of [ACCEPTED, DELIVERED]) {
      const one = kept.find(({ envelope }) => verifyReceipt(envelope, register).type === type);
      expect(one, `a receipt of type ${type}`).toBeDefined();
      const envelope = one?.envelope ?? Buffer.alloc(0);
      expect(unnoticed(envelope, (changed) => verifyReceipt(changed, register))).toEqual([]);
    }
  });

  test("of any bit of the register", () => {
    const wrong = unnoticed(registerFile, (changed) => openKnownRegister(changed, rootPem));
    // The key id beside a signature says which key to try; it proves nothing and is not needed.
    const keyIds = [...registerFile.toString("latin1").matchAll(/\n [0-9a-f]{32}/g)];
    const isKeyId = (at: number): boolean =>
      keyIds.some(({ index }) => at >= index + 2 && at < index + 2 + KEY_ID_DIGITS);
    expect(wrong.filter((at) => !isKeyId(at))).toEqual([]);
  });

  const changes: readonly (readonly [what: string, change: (note: string) => string])[] = [
    ["another size", (note) => note.replace(/\n\d+\n/, "\n1\n")],
    ["another root", (note) => note.replace(/\n[^\n]{43}=\n/, `\n${"A".repeat(43)}=\n`)],
    ["another log", (note) => note.replaceAll(register.logOrigin, "example.org/other")],
    ["another log, under the same key name", (note) => `x${note}`],
    ["another second signature", (note) => note.replace(/.{8}\n$/, "AAAAAAA=\n")],
    ["no signature", (note) => note.slice(0, note.indexOf("\n\n") + 2)],
    ["a line added", (note) => note.replace("\n\n", "\nmore\n\n")],
  ];

  test.each(changes)("of a checkpoint with %s", (_, change) => {
    const changed = change(latest);
    expect(changed).not.toBe(latest);
    expect(() => openKnownCheckpoint(changed, register)).toThrow(Untrue);
  });

  test("of a history that was rewritten, and of a proof that is not its own", async () => {
    const now = openKnownCheckpoint(latest, register);
    const size = now.size - 3n;
    const root = rootOf(entries.slice(0, Number(size)).map(leafHash));
    const reader = openSqliteReader(gatewayFile());
    const proof = await reader
      .read((tx) => consistencyProof(tx, Number(size), Number(now.size)))
      .finally(() => reader.close());
    const hashes = proof.map(Buffer.from);
    const [last = Buffer.alloc(0)] = hashes.slice(-1);
    expect(() => demandConsistency({ size, root }, now, hashes)).not.toThrow();
    const rewritten = rootOf([...entries.slice(0, Number(size) - 1), last].map(leafHash));
    for (const [first, second, given] of [
      [{ size, root: rewritten }, now, hashes],
      [{ size, root }, { size: now.size, root: rewritten }, hashes],
      [{ size: size - 1n, root }, now, hashes],
      [{ size, root }, now, hashes.slice(1)],
      [{ size, root }, now, [...hashes, last]],
      [{ size, root }, now, [...hashes.slice(0, -1), turned(last, 0)]],
      [now, { size, root }, hashes],
    ] as const) {
      expect(() => demandConsistency(first, second, given)).toThrow(Untrue);
    }
  });
});
