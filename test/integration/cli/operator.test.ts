import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, credsAuthenticator } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { traceRequest } from "../../support/messages.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { makeParties } from "../../support/parties.ts";
import type { CommandEnd } from "../../support/run-command.ts";

/** An operator at work, on the command line, with a real exchange (TP-OPS-6 to TP-OPS-14). */

let dir = "";
let data = "";
let exchange: RunningExchange;
const gateway = () => ["--data", data];
const errorOf = (end: CommandEnd) => JSON.parse(end.err).error;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-operator-"));
  data = join(dir, "exchange");
  await initExchange({ dataDir: data, participants: specsOf(["KE", "AT"]) });
  exchange = await startExchange({ dataDir: data });
  // A key nobody registered, and a name that would clear a screen.
  const parties = makeParties([{ id: "KE" }, { id: "AT" }]);
  const unknown = traceRequest(parties.party("KE"), ["AT"]);
  const hostile = traceRequest(parties.party("KE"), ["AT"], { conversationId: "\u001b[2Jx" });
  for (const bytes of [unknown.bytes, hostile.bytes, Buffer.from("junk")]) await publish(bytes);
});

afterAll(async () => {
  await exchange?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** As KE's own credentials allow; resolves when it is in quarantine. */
async function publish(bytes: Uint8Array): Promise<void> {
  const connection = await connect({
    servers: exchange.nats.url,
    authenticator: credsAuthenticator(await readFile(exchange.paths.participant("KE").natsCreds)),
    inboxPrefix: "_I.KE",
  });
  connection.publish("tp.out.KE.normal.trace-request", bytes);
  await connection.flush();
  await connection.close();
}

async function run(...args: string[]): Promise<string> {
  const end = await tracepost([...args, ...gateway()]);
  expect(end, end.err).toMatchObject({ code: 0, err: "" });
  return end.out;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many commands are looked into
const json = async (...args: string[]): Promise<any> => JSON.parse(await run(...args, "--json"));

describe("an operator of the gateway, on the command line", () => {
  it("is told how to become one", async () => {
    const end = await tracepost(["quarantine", "list", ...gateway()]);
    expect(end.code).toBe(2);
    expect(end.err).toContain(`tracepost user add ID --data ${data} --gateway`);
    await run("user", "add", "amina", "--name", "Amina", "--role", "GATEWAY_OPERATOR", "--gateway");
  });

  it("lists what is held", async () => {
    const held = async () => (await json("quarantine", "list")).items.length;
    await expect.poll(held, { timeout: 20_000 }).toBe(3);
    const found = await json("quarantine", "list", "--code", "MALFORMED", "--limit", "1");
    expect(found).toMatchObject({ items: [{ participant: "KE", state: "held" }], more: true });
    const text = await run("quarantine", "list", "--of", "KE");
    expect(text).toMatch(/^ITEM +STATE +OF +REFUSED WITH +CAME +LAST +MESSAGE\n/u);
    expect(text).toMatch(/^\d +held +KE +KEY_UNKNOWN +1 +\S+Z +[0-9a-f-]{36}$/mu);
    expect(await run("quarantine", "list", "--of", "AT")).toBe("No items.\n");
    expect(await run("quarantine", "list", "--limit", "2")).toContain("There are more");
  });

  it("sees what a header claims, and that nobody was proven to have written it", async () => {
    const { items } = await json("quarantine", "list", "--code", "KEY_UNKNOWN");
    const text = await run("quarantine", "show", String(items[0].id));
    expect(text).toContain("KEY_UNKNOWN");
    expect(text).toContain("claims, and nobody was proven to have written it:");
    expect(text).toContain(`  message  ${items[0].messageId}`);
    expect(text).toContain("  from     KE to AT");
    expect(text).toContain(`tracepost quarantine release ${items[0].id} --reason`);
    for (const { id } of (await json("quarantine", "list")).items) {
      expect(await run("quarantine", "show", String(id))).not.toContain("\u001b");
    }
  });

  it("releases one and rejects another, once each", async () => {
    const { items } = await json("quarantine", "list");
    const [junk, , unknown] = items.map(({ id }: { id: number }) => String(id));
    const released = await run("quarantine", "release", unknown, "--reason", "KE has a new key");
    expect(released).toMatch(
      /^Item \d+ is released \(log entry \d+\): the same message is judged/u,
    );
    const again = await run("quarantine", "release", unknown, "--reason", "once more");
    expect(again).toMatch(/had been released by amina at \S+Z: KE has a new key\n$/u);
    const rejected = await json("quarantine", "reject", junk, "--reason", "KE knows nothing of it");
    expect(rejected).toMatchObject({ decision: "rejected", actor: "amina", repeated: false });
    const late = await tracepost(["quarantine", "release", junk, "--reason", "x", ...gateway()]);
    expect(late.code).toBe(2);
    expect(late.err).toContain("DECIDED_OTHERWISE");
    expect(late.err).toContain("amina rejected it at");
    expect(late.err).toContain("KE knows nothing of it");
    const shown = await run("quarantine", "show", junk);
    expect(shown).toMatch(
      /^amina rejected it \(\w+\) at \S+Z, log entry \d+: KE knows nothing of it$/mu,
    );
  });

  it("sees events and closes one", async () => {
    const text = await run("events", "list");
    expect(text).toMatch(/^EVENT +KIND +OF +COUNT +LAST +WHAT\n/u);
    expect(text).toMatch(/^\d+ +KEY_UNUSABLE +KE +1 +\S+Z +KEY_UNKNOWN/mu);
    const { events } = await json("events", "list", "--kind", "MALFORMED", "--of", "KE");
    const id = String(events[0].id);
    const closed = await run("events", "ack", id, "--note", "told KE");
    expect(closed).toMatch(/^Event \d+ \(MALFORMED of KE, counted \d\) is closed\.\n$/u);
    expect(await run("events", "ack", id)).toMatch(/had been closed by amina at \S+Z\.\n$/u);
    expect(await run("events", "list", "--kind", "MALFORMED")).toBe("No events.\n");
    const all = await json("events", "list", "--kind", "MALFORMED", "--state", "any");
    expect(all.events).toMatchObject([{ acknowledged: { by: "amina", note: "told KE" } }]);
  });

  it("is told what is wrong with a command line, and changes nothing then", async () => {
    const wrong: [string[], string][] = [
      [["quarantine", "show", "first"], "a number of the list"],
      [["quarantine", "release", "1"], "--reason"],
      [["quarantine", "list", "--limit", "0"], "above 0"],
      [["events", "ack", "-1"], "-1"],
    ];
    for (const [args, message] of wrong) {
      const end = await tracepost([...args, ...gateway()]);
      expect(end.code, args.join(" ")).toBe(2);
      expect(end.err).toContain(message);
    }
    const refused: [string[], string, string][] = [
      [["quarantine", "list", "--state", "open"], "INPUT_INVALID", "state"],
      [["events", "list", "--kind", "BAD"], "INPUT_INVALID", "kind"],
      [["quarantine", "release", "1", "--reason", " "], "INPUT_INVALID", "reason"],
    ];
    for (const [args, code, field] of refused) {
      const end = await tracepost([...args, ...gateway(), "--json"]);
      expect(end.code, args.join(" ")).toBe(2);
      expect(errorOf(end)).toMatchObject({ code, fields: [{ field }] });
    }
    const absent = await tracepost(["quarantine", "show", "4711", ...gateway(), "--json"]);
    expect(errorOf(absent).code).toBe("NOT_FOUND");
  });
});
