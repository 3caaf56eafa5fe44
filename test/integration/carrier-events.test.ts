import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, credsAuthenticator } from "nats";
import { afterEach, beforeEach, expect, test } from "vitest";
import { initExchange, type RunningExchange, startExchange } from "../../deploy/local/index.ts";
import { credentialsFile } from "../../deploy/local/provision/authority-files.ts";
import { type GatewayOperator, gatewayOperator } from "../support/gateway-operator.ts";
import { Attacker } from "../support/nats-attacker.ts";
import { specsOf } from "../support/nats-carrier.ts";

/** What a real nats-server logs reaches the operator, each occurrence once (TP-OPS-17). */

let dataDir: string;
let exchange: RunningExchange;
let operator: GatewayOperator;

beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-carrier-events-")), "data");
  await initExchange({ dataDir, participants: specsOf(["NE", "BR"]) });
  exchange = await startExchange({ dataDir, restartCrashed: false });
  operator = await gatewayOperator(() => exchange);
});

afterEach(async () => {
  await exchange.stop();
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

/** Each with its count, by kind and subject. */
async function seen(): Promise<string[]> {
  const events = await operator.events();
  return events
    .map(({ kind, participant = "-", subject, count }) => {
      return [kind, participant, subject, count].join(" | ");
    })
    .toSorted();
}

async function violate(account: string, user: string, subjects: readonly string[]): Promise<void> {
  const connection = await connect({
    servers: exchange.nats.url,
    authenticator: credsAuthenticator(
      await readFile(credentialsFile(exchange.paths, account, user)),
    ),
    inboxPrefix: `_I.${user}`,
    name: 'somebody\n[1] 2026/01/01 00:00:00.000000 [ERR] 127.0.0.1:1 - cid:1 - "x"',
  });
  const attacker = new Attacker(connection);
  for (const subject of subjects) expect(await attacker.publish(subject)).not.toBe("");
  expect(await attacker.subscribe("tp.in.>")).not.toBe("");
  await connection.close();
}

/** Says who he is in his own words; resolves when the server has hung up. */
function logInAs(user: string): Promise<void> {
  const { hostname, port } = new URL(exchange.nats.url);
  const hello = { user, pass: "guessed", verbose: false };
  return new Promise((resolve) => {
    const socket = dial(Number(port), hostname, () => {
      socket.write(`CONNECT ${JSON.stringify(hello)}\r\nPING\r\n`);
    });
    socket.on("data", () => undefined);
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
  });
}

const SUBSCRIBED = "subscribe tp.in.>";
const TO_BR = "tp.in.BR.normal.trace-request";

test("violations and failed log-ins are events of whom they concern", async () => {
  await violate("NE", "NE", [TO_BR, TO_BR, "tp.out.BR.normal.trace-request"]);
  await violate("GATEWAY", "gateway", ["$JS.API.STREAM.DELETE.OUT_NE"]);
  await logInAs('eve"\n[1] 2026/01/01 00:00:00.000000 [ERR] 127.0.0.1:1 - cid:1 - "x"');
  await expect
    .poll(seen, { timeout: 20_000 })
    .toEqual([
      "FAILED_LOGIN | - | from 127.0.0.1 | 1",
      "PERMISSION_VIOLATION | - | GATEWAY: publish $JS.API.STREAM.DELETE.OUT_NE | 1",
      `PERMISSION_VIOLATION | - | GATEWAY: ${SUBSCRIBED} | 1`,
      `PERMISSION_VIOLATION | NE | publish ${TO_BR} | 2`,
      "PERMISSION_VIOLATION | NE | publish tp.out.BR.normal.trace-request | 1",
      `PERMISSION_VIOLATION | NE | ${SUBSCRIBED} | 1`,
    ]);
});

test("what is logged while the gateway is away, or was read before, is counted once", async () => {
  const lines = (publishes: number, subscriptions: number): string[] => [
    `PERMISSION_VIOLATION | NE | publish ${TO_BR} | ${publishes}`,
    `PERMISSION_VIOLATION | NE | ${SUBSCRIBED} | ${subscriptions}`,
  ];
  await violate("NE", "NE", [TO_BR]);
  await expect.poll(seen, { timeout: 20_000 }).toEqual(lines(1, 1));
  await exchange.process("gateway").kill("SIGKILL");
  await violate("NE", "NE", [TO_BR, TO_BR]);
  await exchange.process("gateway").start();
  await expect.poll(seen, { timeout: 20_000 }).toEqual(lines(3, 2));
  // Its place is forgotten: it reads all of the log again, which is the same file.
  await exchange.stop();
  await rm(exchange.paths.run.eventPlaces);
  exchange = await startExchange({ dataDir, restartCrashed: false });
  await violate("NE", "NE", [TO_BR]);
  await expect.poll(seen, { timeout: 20_000 }).toEqual(lines(4, 3));
});
