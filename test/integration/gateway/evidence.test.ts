import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TracepostError } from "#errors";
import {
  type EvidenceContent,
  formatEvidenceFile,
  parseEvidenceFile,
  verifyEvidenceFile,
} from "#evidence";
import { cosign, parseEvidence } from "#message-log";
import {
  Envelope,
  Header,
  Kind,
  PartInfo,
  Receipt,
  ReceiptItem,
  ReceiptType,
  RevocationReason,
} from "#proto";
import { createSigner, generateSigningKey, PAYLOAD_TYPES } from "#trust";
import { GATEWAY_SENDER, headerDigest, sha256 } from "#wire";
import { Untrue, verifyEvidenceBag } from "../../second-verifier/index.ts";
import { type FilledGateway, fillGateway } from "../../support/filled-gateway.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { traceRequest } from "../../support/messages.ts";
import { OperatorDoor } from "../../support/operator-door.ts";
import { reissue, withParticipant } from "../../support/parties.ts";
import { readRows } from "../../support/stored-post.ts";

let gateway: FilledGateway;
let door: OperatorDoor;
let auditor = "";
let dir = "";
let file = "";
let evidence: Buffer;
let roots = "";

/** Messages of the gateway by what became of them. */
interface Row {
  readonly sender: string;
  readonly message_id: string;
  readonly kind: number;
  readonly code: number;
}

let rows: readonly Row[] = [];

beforeAll(async () => {
  gateway = await fillGateway();
  // Nobody has said what became of this one.
  gateway.bench.nowMs = Date.now();
  await gateway.bench.send(traceRequest(gateway.parties.party("NE"), ["BR"]));
  await gateway.bench.checkpoints.stop();
  const { root } = gateway.parties;
  roots = root.keyId;
  door = new OperatorDoor(gateway.bench, [root.publicKey]);
  await door.open();
  auditor = await door.person("audit", "AUDITOR");
  dir = await mkdtemp(join(tmpdir(), "tracepost-evidence-"));
  rows = await readRows(gateway.bench.file, (all) =>
    all<Row>("SELECT sender, message_id, kind, code FROM messages ORDER BY id"),
  );
  file = join(dir, "delivered.zip");
  evidence = await exported(`messages/NE/${rows[0]?.message_id}`);
  await writeFile(file, evidence);
});

afterAll(async () => {
  await door.close();
  await gateway.close();
  await rm(dir, { recursive: true, force: true });
});

async function asked(path: string, token = auditor): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return await fetch(`${door.url}/v1/evidence/${path}`, { headers });
}

async function exported(path: string): Promise<Buffer> {
  const response = await asked(path);
  expect(response.status, path).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/zip");
  return Buffer.from(await response.arrayBuffer());
}

/** The newest register of a file. */
function newestIn({ registers }: EvidenceContent): Uint8Array {
  return registers.at(-1)?.bytes ?? expect.fail("no register");
}

/** Whether the product finds that a file is not what was written. */
function isFound(changed: Buffer): boolean {
  try {
    return verifyEvidenceFile(changed, [[roots]]).verdict === "broken";
  } catch (caught) {
    if (caught instanceof TracepostError && caught.code === "VERIFICATION") return true;
    throw caught;
  }
}

/** Whether the second verifier does. */
function isFoundAgain(changed: Buffer): boolean {
  try {
    verifyEvidenceBag(changed, roots);
    return false;
  } catch (caught) {
    if (caught instanceof Untrue) return true;
    throw caught;
  }
}

describe("an evidence file that the gateway exports (TP-EVID-2)", () => {
  test("proves every message, and the two verifiers agree on each (TP-EVID-5, TP-EVID-8)", async () => {
    const outcomes = new Set<string>();
    for (const { kind, message_id: id, sender } of rows) {
      if (kind === 6) continue;
      const one = await exported(`messages/${sender}/${id}`);
      const report = verifyEvidenceFile(one, [[roots]]);
      expect(report.problems).toEqual([]);
      expect(report.verdict).toBe("proven");
      const found = report.messages.map(
        ({ checkpointSize, deliveries, logIndex, messageId, outcome, parts, sender: by }) => ({
          ...{ sender: by, messageId, outcome, logIndex, checkpointSize },
          gone: parts.flatMap(({ disposal }, position) => (disposal ? [position] : [])),
          renewals: 0,
          deliveries: deliveries.map((end) => ({ recipient: end.recipient, outcome: end.outcome })),
        }),
      );
      expect(verifyEvidenceBag(one, roots)).toEqual(found);
      for (const message of found) {
        for (const { outcome } of message.deliveries) outcomes.add(outcome);
        outcomes.add(message.outcome);
      }
    }
    const all = ["accepted", "delivered", "expired", "open", "refused", "rejected"];
    expect([...outcomes].toSorted()).toEqual(all);
  });

  test("proves a conversation as a whole, and says under which register (TP-EVID-7)", async () => {
    const envelope = parseEvidenceFile(evidence).content.messages[0]?.envelope;
    const header = Header.decode(Envelope.decode(envelope ?? new Uint8Array()).header);
    const whole = await exported(`conversations/${header.conversationId}`);
    const report = verifyEvidenceFile(whole, [[roots]]);
    expect(report.verdict).toBe("proven");
    expect(report.subject).toEqual({
      type: "conversation",
      conversationId: header.conversationId,
    });
    expect(report.messages.map(({ messageId }) => messageId)).toEqual([header.messageId]);
    expect(report.registers).toMatchObject([
      { version: 1, rootKeys: [roots], logIndex: undefined },
      { version: 2, rootKeys: [roots] },
    ]);
  });

  test("counts the witnesses that the newest register names (TP-EVID-6)", () => {
    const { content } = parseEvidenceFile(evidence);
    const keys = ["NE", "BR", "AT"].map((id) => ({ id, pair: generateSigningKey() }));
    const witnesses = keys.map(({ id, pair }) => {
      return { name: `witness/${id}`, participant: id, publicKey: pair.publicRaw, url: "" };
    });
    const { parties } = gateway;
    const watched = reissue(parties, newestIn(content), () => {
      return { witnesses: { quorum: 2, witnesses } };
    });
    const registers = [...content.registers, { version: 3, bytes: watched, proof: undefined }];
    const cosigned = (proof: string, by: number): string => {
      const note = proof.slice(proof.indexOf("\n\n") + 2);
      const lines = keys
        .slice(0, by)
        .map(({ id, pair }) => cosign(note, { ...pair, name: `witness/${id}` }, 1_800_000_000));
      return proof + lines.join("");
    };
    const withWitnesses = (by: number) => {
      const messages = content.messages.map((message) => {
        return { ...message, proof: cosigned(message.proof, by) };
      });
      const bytes = formatEvidenceFile({ ...content, registers, messages });
      return verifyEvidenceFile(bytes, [[roots]]);
    };
    const [one, two] = [withWitnesses(1), withWitnesses(2)];
    expect([one.problems, two.problems]).toEqual([[], []]);
    expect(one.checkpoints[0]).toMatchObject({ quorum: 2, witnessesOf: 3 });
    expect(one.checkpoints[0]?.witnesses).toEqual(["witness/NE"]);
    expect(one.notProven.join()).toContain("is unwitnessed");
    expect(two.checkpoints[0]?.witnesses).toEqual(["witness/NE", "witness/BR"]);
    expect(two.notProven.join()).not.toContain("is unwitnessed");
  });

  test("tells whose key was another's by then, of messages and receipts (TP-EVID-7)", () => {
    const { content } = parseEvidenceFile(evidence);
    const { parties } = gateway;
    const revokedAt = { seconds: 1_000n, nanos: 0 };
    const revoked = (id: string) =>
      reissue(parties, newestIn(content), (before) =>
        withParticipant(before, id, ({ signingKeys }) => {
          const revocation = { revokedAt, revocationReason: RevocationReason.COMPROMISED };
          return { signingKeys: signingKeys.map((key) => ({ ...key, ...revocation })) };
        }),
      );
    const reportAfter = (id: string) => {
      const registers = [{ version: 3, bytes: revoked(id), proof: undefined }];
      const bytes = formatEvidenceFile({
        ...content,
        registers: [...content.registers, ...registers],
      });
      return verifyEvidenceFile(bytes, [[roots]]);
    };
    const [ofReceipt, ofMessage] = [reportAfter("BR"), reportAfter("NE")];
    expect([ofReceipt.problems, ofMessage.problems]).toEqual([[], []]);
    expect(ofReceipt.messages[0]?.keyCompromisedSinceMs).toBeUndefined();
    expect(ofReceipt.notProven.join()).toMatch(/That BR itself has signed receipt .* 1970/);
    expect(ofMessage.messages[0]?.keyCompromisedSinceMs).toBe(1_000_000);
    expect(ofMessage.notProven.join()).not.toContain("itself has signed");
    expect(ofMessage.notProven.join()).toContain("What registers after version 3 say");
  });

  test("takes a receipt of the gateway for no more than its entry says (TP-EVID-8)", async () => {
    const fourth = rows[3];
    const its = await exported(`messages/${fourth?.sender}/${fourth?.message_id}`);
    const [ended] = parseEvidenceFile(its).content.messages;
    const ending = parseEvidence(ended?.endings[0] ?? "");
    if (!ending.ok) throw new TypeError("none expired");
    const from = { kind: Kind.RECEIPT, sender: GATEWAY_SENDER, registerVersion: 1n };
    const signer = createSigner(gateway.parties.receiptKey, PAYLOAD_TYPES.receipt);
    /** The gateway says that a message has expired for a recipient, by that entry. */
    const withReceipt = (file: Buffer, recipient: string) => {
      const { content } = parseEvidenceFile(file);
      const about = Envelope.decode(content.messages[0]?.envelope ?? new Uint8Array()).header;
      const { messageId, sender: originalSender } = Header.decode(about);
      const message = { messageId, originalSender, headerDigest: headerDigest(about) };
      const item = ReceiptItem.create({ message, recipient, evidence: ending.value });
      const body = Receipt.encode({ type: ReceiptType.EXPIRED, items: [item] }).finish();
      const part = { name: "body", sha256: sha256(body), sizeBytes: BigInt(body.length) };
      const parts = [PartInfo.create(part)];
      const header = Header.encode(Header.create({ ...from, parts })).finish();
      const envelope = Envelope.encode({
        header,
        signatures: [{ keyId: signer.keyId, value: signer.sign(header) }],
        parts: [{ name: "body", onlyFor: "", content: body }],
      }).finish();
      const receipts = [{ envelope, proof: undefined }];
      const messages = content.messages.map((one) => ({ ...one, receipts, endings: [] }));
      return verifyEvidenceFile(formatEvidenceFile({ ...content, messages }), [[roots]]);
    };
    const honest = withReceipt(its, "AT");
    expect(honest).toMatchObject({ verdict: "proven", problems: [] });
    expect(honest.messages[0]?.deliveries).toMatchObject([{ outcome: "expired" }]);
    const lie = ["data/messages/001/receipts/001.bin: says what its entry does not"];
    expect(withReceipt(evidence, "BR").problems, "of a message that was delivered").toEqual(lie);
    expect(withReceipt(its, "NE").problems, "of another recipient").toEqual(lie);
  });

  test("is given to who may export evidence, and to no other", async () => {
    const path = `messages/NE/${rows[0]?.message_id}`;
    expect((await asked(path, await door.operator("nobody"))).status).toBe(403);
    expect((await asked("messages/NE/none")).status).toBe(404);
    expect((await asked("conversations/none")).status).toBe(404);
  });

  test("without a root key that the reader knows proves nothing (TP-EVID-5)", () => {
    const report = verifyEvidenceFile(evidence, []);
    expect(report.verdict).toBe("consistent");
    expect(report.notProven[0]).toContain("no root keys were given");
    const other = verifyEvidenceFile(evidence, [["0".repeat(32)]]);
    expect(other.verdict).toBe("broken");
    expect(other.problems).toEqual([
      `data/roots: lack the root key ${"0".repeat(32)}`,
      "data/registers/1.bin: is not signed by most root keys of any set that was given",
      "data/registers/2.bin: is not signed by most root keys of any set that was given",
    ]);
  });

  test("is told in words, and as JSON, by the command line (TP-EVID-9)", async () => {
    const proven = await tracepostHere(["evidence", "verify", file, "--roots", roots]);
    expect(proven.code).toBe(0);
    expect(proven.out).toContain("PROVEN: all of it holds");
    expect(proven.out).toContain("delivered: receipt signed by BR");
    expect(proven.out).toContain("unwitnessed");
    const unknown = await tracepostHere(["evidence", "verify", file, "--json"]);
    expect(unknown.code).toBe(6);
    const report = JSON.parse(unknown.out);
    expect(report.verdict).toBe("consistent");
    expect(report.messages[0].recordedAt).toMatch(/^20..-..-..T/);
  });
});

describe("a changed evidence file", () => {
  test("is found wherever it was changed, by both verifiers (TP-EVID-3)", () => {
    const end = evidence.length - 22;
    const directory = evidence.readUInt32LE(end + 16);
    const places = [...evidence.keys()].filter((at) => at % 23 === 0 || at >= directory);
    const turned = (at: number): Buffer => {
      const copy = Buffer.from(evidence);
      copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
      return copy;
    };
    expect(places.filter((at) => !isFound(turned(at)))).toEqual([]);
    expect(places.filter((at) => !isFoundAgain(turned(at)))).toEqual([]);
  });
});
