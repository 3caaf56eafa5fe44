import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { traceBody } from "../../support/trace-body.ts";
import { allowWebhooks, verified, WebhookReceiver } from "../../support/webhook-receiver.ts";

/** What other systems, and whoever looks after a service, do from the command line. */

const receiver = new WebhookReceiver();
let dir = "";
let data = "";
let exchange: RunningExchange;
/** A message of US that AT has. */
let messageId = "";

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-followers-"));
  data = join(dir, "exchange");
  await initExchange({ dataDir: data, participants: specsOf(["US", "AT"]) });
  await receiver.start();
  await allowWebhooks(data, "US", [receiver.origin]);
  exchange = await startExchange({ dataDir: data });
  await json("user", "add", "desk-7", "--name", "Desk 7", "--role", "FOCAL_POINT_OFFICER");
  const file = join(dir, "request.json");
  await writeFile(file, JSON.stringify(traceBody({ to: "AT", serial: "FOLLOWED-1" })));
  ({ messageId } = await json("trace", "send", file, "--wait"));
});

afterAll(async () => {
  await exchange?.stop();
  await receiver.stop();
  await rm(dir, { recursive: true, force: true });
});

const here = () => ["--data", data, "--participant", "US"];

async function json(...args: string[]) {
  const end = await tracepost([...args, ...here(), "--json"]);
  expect(end, end.err).toMatchObject({ code: 0, err: "" });
  return JSON.parse(end.out);
}

async function text(...args: string[]): Promise<string> {
  const end = await tracepost([...args, ...here()]);
  expect(end, end.err).toMatchObject({ code: 0, err: "" });
  return end.out;
}

describe("webhooks, on the command line", () => {
  let webhookId = "";
  const secretFile = () => join(dir, "hook.secret");

  it("are added with a secret in a file of their owner alone, printed nowhere", async () => {
    const add = ["webhook", "add", `${receiver.origin}/hook`, "--label", "case system"];
    const out = await text(...add, "--secret", secretFile());
    const secret = (await readFile(secretFile(), "utf8")).trim();
    expect(secret).toMatch(/^whsec_/u);
    expect(out).not.toContain(secret);
    expect((await stat(secretFile())).mode & 0o777).toBe(0o600);
    const { webhooks } = await json("webhook", "list");
    expect(webhooks).toMatchObject([{ label: "case system", state: "ACTIVE" }]);
    webhookId = webhooks[0].webhookId;
    expect(out).toContain(webhookId);
  });

  it("replace no file, and add nothing then", async () => {
    const add = ["webhook", "add", `${receiver.origin}/other`, "--secret", secretFile()];
    const end = await tracepost([...add, ...here()]);
    expect(end).toMatchObject({ code: 3, out: "" });
    expect(end.err).toContain("name another file with --secret FILE");
    expect((await json("webhook", "list")).webhooks).toHaveLength(1);
  });

  it("are tried with a signed attempt, which the kept secret verifies", async () => {
    expect(await json("webhook", "test", webhookId)).toMatchObject({ delivered: true });
    const secret = (await readFile(secretFile(), "utf8")).trim();
    const taken = receiver.received.map((one) => verified(secret, one) as { kind: string });
    expect(taken.map(({ kind }) => kind)).toContain("webhook.test");
  });

  it("get another secret, are disabled, enabled and removed, with each act kept", async () => {
    const other = join(dir, "other.secret");
    const rotated = await json("webhook", "rotate", webhookId, "--secret", other);
    expect(rotated).toMatchObject({ webhookId, secretFile: other });
    expect(rotated).not.toHaveProperty("secret");
    expect(await text("webhook", "disable", webhookId)).toContain("DISABLED BY_USER");
    expect(await json("webhook", "enable", webhookId)).toMatchObject({ state: "ACTIVE" });
    const shown = await text("webhook", "show", webhookId);
    expect(shown).toMatch(/disabled by installation/u);
    expect(await json("webhook", "failures", webhookId)).toEqual({ failures: [] });
    expect(await text("webhook", "remove", webhookId)).toContain("told nothing more");
    expect(await text("webhook", "list")).toBe("No webhooks.\n");
  });

  it("may not lead anywhere, and the answer says who may allow it", async () => {
    const add = ["webhook", "add", "https://elsewhere.example/hook"];
    const end = await tracepost([...add, "--secret", join(dir, "third.secret"), ...here()]);
    expect(end).toMatchObject({ code: 2, out: "" });
    expect(end.err).toContain("Have the origin added to `webhookOrigins`");
  });
});

describe("the feed of changes, on the command line", () => {
  it("is read page by page, nothing twice and nothing missed", async () => {
    const first = await json("changes", "--limit", "2");
    expect(first.changes.map(({ sequence }: { sequence: number }) => sequence)).toEqual([1, 2]);
    const rest = await json("changes", "--after", String(first.next));
    expect(rest.changes[0].sequence).toBe(3);
    expect(await text("changes", "--after", String(rest.next))).toContain("Nothing has changed.");
  });

  it("refuses a place that it has not reached, and says so", async () => {
    const end = await tracepost(["changes", "--after", "99999", ...here(), "--json"]);
    expect(end).toMatchObject({ code: 2, out: "" });
    expect(JSON.parse(end.err).error.code).toBe("CHANGES_GONE");
    const noPlace = await tracepost(["changes", "--after", "-1", ...here()]);
    expect(noPlace.err).toContain("It must be the number of a change");
  });
});

describe("evidence about a message, on the command line", () => {
  it("is who signed what, in words and byte for byte", async () => {
    expect(await text("receipt", "list", messageId)).toMatch(/delivered: AT opened and kept it/u);
    const { receipts } = await json("receipt", "list", messageId, "--recipient", "AT");
    expect(receipts).toMatchObject([{ by: "AT", envelope: expect.any(String) }]);
  });

  it("is a proof in a file, which is not written over", async () => {
    const out = join(dir, "message.tlog-proof");
    expect(await text("receipt", "proof", messageId, "--out", out)).toMatch(
      /entry \d+ of the log/u,
    );
    expect(await readFile(out, "utf8")).toMatch(/^c2sp\.org\/tlog-proof@v1\n/u);
    const again = await tracepost(["receipt", "proof", messageId, "--out", out, ...here()]);
    expect(again).toMatchObject({ code: 2, out: "" });
    expect(again.err).toContain("Name a file that is not there yet");
  });
});

describe("a service at a glance, on the command line", () => {
  it("says what needs a person, for a focal point and for the gateway", async () => {
    expect(await text("summary")).toContain("Nothing needs a person");
    const end = await tracepost(["summary", "--data", data, "--gateway", "--json"]);
    expect(JSON.parse(end.out)).toMatchObject({ connected: true, attention: [] });
    expect(await text("incidents")).toBe("No incidents.\n");
  });

  it("says who asks, and what he may do", async () => {
    const me = await json("user", "whoami");
    expect(me).toMatchObject({ userId: "desk-7", roles: ["FOCAL_POINT_OFFICER"] });
    expect(await text("user", "whoami")).toContain("traces:send");
  });
});
