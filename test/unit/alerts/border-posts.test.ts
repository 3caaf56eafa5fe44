import { beforeEach, describe, expect, it } from "vitest";
import {
  ALERT_COPY_MIGRATION_SQL,
  ALERT_FLAG_MIGRATION_SQL,
  ALERT_SUMMARY_MIGRATION_SQL,
  BORDER_POST_MIGRATION_SQL,
  checkQuestions,
  HeldCopy,
  noteCopyCurrent,
  openCopyFile,
  POST_COPY_PROCEDURES,
  POST_LOG_MIGRATION_SQL,
  type PostIssuer,
  sealCopyFile,
} from "#alerts";
import { ExchangeStatus, PostCopy } from "#proto";
import { createSigner, generateSealingKey, generateSigningKey, PAYLOAD_TYPES } from "#trust";
import { toTimestamp } from "#wire";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";
import { DAY, note, SENT_AT, wantedAlert, wantedItem } from "../../support/wanted-alerts.ts";

let tx: MemoryTransaction;
const key = generateSigningKey();
const signer = createSigner(key, PAYLOAD_TYPES.postCopy);
const issuer: PostIssuer = { participant: "NE", keyId: key.keyId, publicKey: key.publicKey };
const nowMs = SENT_AT + DAY;

beforeEach(() => {
  tx = openMemoryTransaction(
    ALERT_COPY_MIGRATION_SQL,
    ALERT_FLAG_MIGRATION_SQL,
    BORDER_POST_MIGRATION_SQL,
    ALERT_SUMMARY_MIGRATION_SQL,
    POST_LOG_MIGRATION_SQL,
  );
  return () => tx[Symbol.dispose]();
});

async function copySince(sinceVersion = 0, changes: Partial<PostCopy> = {}): Promise<PostCopy> {
  const content = await POST_COPY_PROCEDURES.postContent(tx, { sinceVersion, nowMs });
  return PostCopy.create({
    postId: "GAYA-1",
    participant: "NE",
    version: BigInt(content.version),
    sinceVersion: BigInt(sinceVersion),
    issuedAt: toTimestamp(nowMs),
    expiresAt: toTimestamp(nowMs + DAY),
    alerts: [...content.alerts],
    endedMessageIds: [...content.ended],
    ...changes,
  });
}
const about = (messageId: string) => ({
  references: [{ sender: "NE", messageId, sentAt: new Date(SENT_AT).toISOString() }],
});
const resultOf = async (held: HeldCopy, serial: string, at = nowMs) =>
  (await held.check({ serial }, at)).result;

describe("a file for a border post (TP-CHECK-10)", () => {
  it("opens with the post's key alone, and is signed by its participant", async () => {
    const [own, other] = [await generateSealingKey(), await generateSealingKey()];
    await note(tx, wantedAlert(), { messageId: "m1" });
    const copy = await copySince();
    const file = await sealCopyFile(copy, signer, own.recipient);
    expect(Buffer.from(file).toString("latin1")).not.toContain("AB 1234 C");
    const post = { postId: "GAYA-1", identity: own.identity, issuer };
    expect(await openCopyFile(file, post)).toEqual({ ok: true, copy });
    const rule = async (changes: object, bytes = file) => {
      const opened = await openCopyFile(bytes, { ...post, ...changes });
      return opened.ok ? "taken" : opened.rule;
    };
    expect(await rule({ identity: other.identity })).toBe("cannotOpen");
    expect(await rule({ postId: "GAYA-2" })).toBe("otherPost");
    expect(await rule({ issuer: { ...issuer, participant: "BR" } })).toBe("otherIssuer");
    expect(await rule({ issuer: { ...issuer, keyId: "0".repeat(32) } })).toBe("otherIssuer");
    const forger = generateSigningKey();
    const forged = await sealCopyFile(
      copy,
      { keyId: key.keyId, sign: createSigner(forger, PAYLOAD_TYPES.postCopy).sign },
      own.recipient,
    );
    expect(await rule({}, forged)).toBe("notSigned");
    // A header's signature by the right key is none for a copy.
    const borrowed = await sealCopyFile(
      copy,
      { keyId: key.keyId, sign: createSigner(key, PAYLOAD_TYPES.header).sign },
      own.recipient,
    );
    expect(await rule({}, borrowed)).toBe("notSigned");
    const changed = Uint8Array.from(file);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(await rule({}, changed)).toBe("cannotOpen");
  });
});

describe("what a post holds", () => {
  it("answers as the service does, exercises apart (TP-CHECK-13)", async () => {
    const items = [wantedItem("AB12?4C"), wantedItem("A81234C"), wantedItem("AB1234C", "TAURUS")];
    await note(tx, wantedAlert({ items }), { messageId: "m1" });
    await note(tx, wantedAlert(), {
      messageId: "m2",
      conversationId: "alert-2",
      status: ExchangeStatus.EXERCISE,
    });
    const held = new HeldCopy();
    expect(held.take(await copySince())).toBeUndefined();
    for (const question of [
      { serial: "AB1234C", make: "Beretta" },
      { serial: "AB1?34C" },
      { serial: "AB12" },
      { lot: "1" },
    ]) {
      const [answer] = await checkQuestions(tx, { questions: [question], nowMs });
      expect(await held.check(question, nowMs)).toEqual(answer);
    }
  });

  it("follows by changes: new alerts come, what is over goes (TP-CHECK-11)", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    const first = await copySince();
    const held = new HeldCopy();
    held.take(first);
    const items = [wantedItem("XYZ 789")];
    await note(tx, wantedAlert({ items }), { messageId: "m2", conversationId: "alert-2" });
    await note(tx, wantedAlert({ move: "CANCEL", ...about("m1") }), { messageId: "m3" });
    const change = await copySince(Number(first.version));
    expect(change.alerts.map(({ messageId }) => messageId)).toEqual(["m2"]);
    expect(change.endedMessageIds.sort()).toEqual(["m1", "m3"]);
    expect(held.take(change)).toBeUndefined();
    expect(await resultOf(held, "AB1234C")).toBe("NO_MATCH");
    expect(await resultOf(held, "XYZ789")).toBe("POSSIBLE_MATCH");
    expect(held.size).toBe(1);
    // Taken twice, it changes nothing.
    expect(held.take(change)).toBeUndefined();
    expect(held.size).toBe(1);
  });

  it("takes nothing older, and no change with a gap before it (TP-CHECK-11)", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    const first = await copySince();
    await note(tx, wantedAlert({ move: "CANCEL", ...about("m1") }), { messageId: "m2" });
    const second = await copySince();
    const held = new HeldCopy();
    expect(held.take({ ...second, sinceVersion: first.version })).toBe("gap");
    expect(held.take(second)).toBeUndefined();
    expect(held.take(first)).toBe("older");
    expect(await resultOf(held, "AB1234C")).toBe("NO_MATCH");
    const later = PostCopy.create({ ...second, version: second.version + 9n });
    expect(held.take({ ...later, sinceVersion: second.version + 1n })).toBe("gap");
  });

  it("erases at a revocation and takes nothing after it (TP-CHECK-12)", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    const first = await copySince();
    const held = new HeldCopy();
    held.take(first);
    expect(held.take(await copySince(0, { revoked: true }))).toBeUndefined();
    expect(held.size).toBe(0);
    expect(held.take({ ...first, version: first.version + 1n })).toBe("revoked");
    expect(await resultOf(held, "AB1234C")).toBe("NO_MATCH");
  });

  it("holds no alert beyond its expiry", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    const held = new HeldCopy();
    held.take(await copySince());
    expect(await resultOf(held, "AB1234C", SENT_AT + 90 * DAY - 1)).toBe("POSSIBLE_MATCH");
    expect(await resultOf(held, "AB1234C", SENT_AT + 90 * DAY)).toBe("NO_MATCH");
  });
});

describe("the posts of a service", () => {
  const post = { postId: "GAYA-1", name: "Gaya", recipient: "age1pq1x", actor: "chief", nowMs };

  it("are added once, and revoked for good (TP-CHECK-12)", async () => {
    const { addPost, findPost, revokePost } = POST_COPY_PROCEDURES;
    expect(await addPost(tx, post)).toMatchObject({ added: true });
    expect(await addPost(tx, { ...post, recipient: "age1pq1y" })).toMatchObject({
      added: false,
      post: { recipient: "age1pq1x" },
    });
    await revokePost(tx, { postId: "GAYA-1", actor: "chief", nowMs });
    await revokePost(tx, { postId: "GAYA-1", actor: "other", nowMs: nowMs + 1 });
    expect(await findPost(tx, post)).toMatchObject({ revokedAtMs: nowMs, revokedBy: "chief" });
  });

  it("get what expired told as ended", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    const { version } = await copySince();
    await noteCopyCurrent(tx, { nowMs: SENT_AT + 90 * DAY });
    expect((await copySince(Number(version))).endedMessageIds).toEqual(["m1"]);
  });
});
