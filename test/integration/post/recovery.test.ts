import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KeyStatement } from "#proto";
import {
  loadRecoveryRecipient,
  makeKeyCopy,
  makeOwnKeys,
  registerAlarms,
  renewOwnKeys,
  takeRegister,
} from "#trust";
import { tracepostHere } from "../../support/in-process.ts";
import { openPostExchange, type PostExchange } from "../../support/post-exchange.ts";
import {
  entryOf,
  manifestOf,
  RegisterAuthority,
  START_MS,
} from "../../support/register-authority.ts";
import type { CommandEnd } from "../../support/run-command.ts";

const FIVE_YEARS_MS = 5 * 365 * 86_400_000;

let folder = "";
let exchange: PostExchange;
let recipient = "";
const file = (...names: string[]): string => join(folder, ...names);
const shares = (...numbers: number[]): string[] =>
  numbers.flatMap((number) => ["--share", file("recovery", `share-${number}.json`)]);

async function run(...args: string[]): Promise<CommandEnd> {
  return await tracepostHere(["recovery", ...args]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-recovery-"));
  const made = await run("init", "--out", file("recovery"), "--shares", "5", "--needed", "3");
  expect(made).toMatchObject({ code: 0, err: "" });
  expect(made.out).not.toContain("AGE-SECRET-KEY");
  recipient = await loadRecoveryRecipient(file("recovery", "recovery.pub"));
  const aheadMs = -FIVE_YEARS_MS;
  exchange = await openPostExchange(["NE", "BR"], { recovery: recipient, aheadMs });
});

afterAll(async () => {
  await exchange.close();
  await rm(folder, { recursive: true, force: true });
});

describe("a State whose one machine is destroyed", () => {
  test("opens what it sent and received five years ago with three of five shares (TP-RECOVER-2, TP-RECOVER-3)", async () => {
    const sent = await exchange.member("NE").send("BR", "asked five years ago");
    const received = await exchange.member("BR").send("NE", "answered five years ago");
    await exchange.settled();
    const kept = "SELECT sender, message_id, part FROM post_recovery ORDER BY sender";
    expect(await exchange.member("NE").rows(kept)).toEqual([
      { sender: "", message_id: sent, part: "body" },
      { sender: "BR", message_id: received, part: "body" },
    ]);
    // Its copy: the file of the store, no key.
    await copyFile(ofExchange("NE.sqlite"), file("copy.sqlite"));
    await copyFile(ofExchange("NE.sqlite-wal"), file("copy.sqlite-wal")).catch(() => undefined);
    const open = ["open", "--store", file("copy.sqlite"), "--participant", "NE"];
    const opened = await run(...open, "--out", file("opened"), ...shares(1, 3, 5), "--json");
    expect(opened).toMatchObject({ code: 0, err: "" });
    const told = async (id: string) => await readFile(file("opened", `${id}.json`), "utf8");
    for (const [id, body] of [
      [`own.${sent}`, "asked five years ago"],
      [`BR.${received}`, "answered five years ago"],
    ] as const) {
      const message = JSON.parse(await told(id)) as { sentAt: string; parts: { body: Plain } };
      const ageMs = Date.now() - Date.parse(message.sentAt);
      expect(Math.round(ageMs / FIVE_YEARS_MS)).toBe(1);
      expect(JSON.stringify(message.parts.body)).toContain(
        message.parts.body.base64 === undefined ? body : Buffer.from(body).toString("base64"),
      );
    }
    const other = await run(...open, "--out", file("other"), ...shares(2, 4), "--json");
    expect(other.code).toBe(3);
    expect(other.err).toContain("2 different shares of 3 needed");
    const wrong = ["open", "--store", file("copy.sqlite"), "--participant", "BR"];
    const foreign = await run(...wrong, "--out", file("other"), ...shares(1, 2, 3));
    expect(foreign.code).toBe(6);
    expect(foreign.err).toContain("SEAL_BINDING");
    const again = await run(...open, "--out", file("opened"), ...shares(1, 2, 3));
    expect(again).toMatchObject({ code: 0, err: "" });
    expect(again.out).toContain("2 were there already and stay as they are");
    // One that was changed, and one whose id leads elsewhere, keep back no other.
    const copy = new DatabaseSync(file("copy.sqlite"));
    copy.exec(`
      INSERT INTO post_recovery SELECT sender, '../../x', part, key FROM post_recovery
        WHERE sender = 'BR';
      INSERT INTO post_inbox (sender, message_id, header_digest, kind, lane, exchange_status,
        conversation_id, state, envelope, received_at)
        SELECT sender, '../../x', header_digest, kind, lane, exchange_status, conversation_id,
          state, envelope, received_at FROM post_inbox WHERE message_id = '${received}';
      UPDATE post_inbox SET header_digest = zeroblob(32) WHERE message_id = '${received}';
    `);
    copy.close();
    const damaged = await run(...open, "--out", file("rest"), ...shares(1, 2, 3));
    expect(damaged.code).toBe(6);
    expect(damaged.err).toContain(`${received} of BR: header is not the one that was kept`);
    expect(damaged.err).toContain("../../x of BR: message_id or sender is no id");
    expect(await readdir(file("rest"))).toEqual([`own.${sent}.json`]);
  });

  test("has its keys again, and announces new ones without an alarm (TP-RECOVER-4, TP-RECOVER-5)", async () => {
    const lost = file("lost-keys");
    const first = await makeOwnKeys("NE", lost, START_MS, { recovery: recipient });
    expect(KeyStatement.decode(first.statement).recoveryRecipient).toBe(recipient);
    await writeFile(file("recovery-keys.age"), await makeKeyCopy(lost, "its words", recipient));
    await rm(lost, { recursive: true });
    const restore = ["restore", "--copy", file("recovery-keys.age"), "--keys-dir", file("keys")];
    expect(await run(...restore, ...shares(5, 4, 2))).toMatchObject({ code: 0, err: "" });
    expect((await readdir(file("keys"))).toSorted()).toEqual([
      "header.key",
      "identity.key",
      "passphrase",
      "seal.age",
    ]);
    const renewal = { header: true, identity: true, sealing: true, fromMs: START_MS };
    const before = KeyStatement.decode(first.statement);
    const next = await renewOwnKeys(before, file("keys"), renewal, START_MS + 1);
    const authority = new RegisterAuthority();
    const one = authority.issue([entryOf("NE", first)]);
    const known = takeRegister(authority.newcomer(), one, START_MS + 1_000);
    const two = authority.issue([entryOf("NE", next)], {
      previous: manifestOf(one),
      issuedAtMs: START_MS + 500,
    });
    const taking = takeRegister(known.state, two, START_MS + 1_000);
    expect(taking.outcome).toBe("taken");
    expect(registerAlarms(taking.state)).toEqual([]);
  });

  test("is told which share is bad, and gets no key of mixed ones (TP-RECOVER-1)", async () => {
    expect((await run("check", ...shares(1, 2, 3))).out).toMatch(
      /give recovery key [0-9a-f]{16}\./,
    );
    await run("init", "--out", file("second"), "--shares", "3", "--needed", "3");
    const mixed = await run("check", ...shares(1, 2), "--share", file("second", "share-3.json"));
    expect(mixed.code).toBe(3);
    expect(mixed.err).toContain("the shares are of different keys");
    const text = await readFile(file("recovery", "share-1.json"), "utf8");
    const slip = text.replace(/"share": "(.)/, (_, at) => `"share": "${at === "A" ? "B" : "A"}`);
    await writeFile(file("slip.json"), slip, { mode: 0o600 });
    const bad = await run("check", "--share", file("slip.json"), ...shares(2, 3));
    expect(bad.code).toBe(3);
    expect(bad.err).toContain("slip.json is no share of a recovery key");
    expect((await run("init", "--out", file("x"), "--shares", "2", "--needed", "3")).code).toBe(2);
  });
});

/** What a body is told as that is no message of the contract. */
interface Plain {
  readonly base64?: string;
}

/** A file of the exchange. */
function ofExchange(name: string): string {
  return join(exchange.dir, name);
}
