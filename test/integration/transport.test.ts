import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectBus } from "#bus";
import { createLogger } from "#runtime";
import type { TlsFiles } from "#tls";
import type { Transport } from "#wire";
import { clientFiles } from "../../deploy/local/certificates/certificate-files.ts";
import {
  ExchangePaths,
  initExchange,
  listCertificates,
  openCertified,
  parseHostName,
  renewCertificates,
  rotateCredentials,
} from "../../deploy/local/index.ts";
import { readStoragePlan } from "../../deploy/local/provision/authority-files.ts";
import { provisionStreams } from "../../deploy/local/provision/provision-streams.ts";
import { specsOf } from "../support/nats-carrier.ts";
import { type OwnServer, startOwnServer } from "../support/own-server.ts";
import { tracepost } from "../support/run-command.ts";
import { findInClear } from "../support/search-files.ts";

const IDS = ["NE", "BR"];
const DAY_MS = 86_400_000;
const PATIENCE = { timeout: 20_000, interval: 50 };

describe("a carrier with certificates", () => {
  let dataDir = "";
  let paths: ExchangePaths;
  let server: OwnServer;
  let natsUrl = "";
  let gateway: Transport;
  const open: Transport[] = [];
  /** Texts the gateway has taken of NE, in their order, repeats included. */
  const taken: string[] = [];

  beforeAll(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-transport-")), "exchange");
    paths = new ExchangePaths(dataDir);
    await initExchange({ dataDir, participants: specsOf(IDS), transport: { hosts: [] } });
    server = await startOwnServer(dataDir);
    natsUrl = `tls://127.0.0.1:${server.port}`;
    const { streamBytes } = await readStoragePlan(paths);
    await provisionStreams({ paths, natsUrl, participants: IDS, streamBytes });
    const creds = paths.operatorCreds("GATEWAY", "gateway");
    gateway = await bus("gateway", natsUrl, creds, clientFiles(paths.gateway.tls));
    await gateway.consume("OUT_NE", "gw-normal", (message) => {
      taken.push(Buffer.from(message.data).toString());
      message.ack();
    });
  });
  afterAll(async () => {
    for (const transport of open) await transport.close();
    await server.stop();
    await rm(join(dataDir, ".."), { recursive: true });
  });

  async function bus(
    name: string,
    servers: string,
    credsFile: string,
    tls: TlsFiles,
  ): Promise<Transport> {
    const logger = createLogger({ name: "test", level: "silent" });
    const inboxPrefix = `_I.${name}`;
    const asked = { servers, credsFile, tls, name, inboxPrefix, connectMs: 5_000, logger };
    const transport = await connectBus(asked);
    open.push(transport);
    return transport;
  }

  const participant = (id: string, url = natsUrl): Promise<Transport> =>
    bus(id, url, paths.participant(id).natsCreds, clientFiles(paths.participant(id).tls));

  /** Sends until it is acknowledged, as an outbox does, under a fresh transport id each time. */
  async function sendSurely(transport: Transport, text: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const subject = "tp.out.NE.normal.TRACE_REQUEST";
      const publication = { subject, data: Buffer.from(text), transportId: `${text}.${attempt}` };
      const failed = await transport.publish(publication).then(
        () => false,
        () => true,
      );
      if (!failed) return;
      await pause(20);
    }
  }

  it("has every certificate renewed while messages flow: none is lost (TP-TLS-6)", async () => {
    const ne = await participant("NE");
    const formerClient = join(dataDir, "..", "former.pem");
    await copyFile(paths.participant("NE").tls.client, formerClient);
    const formerCa = join(dataDir, "..", "former-ca.pem");
    await copyFile(paths.tls.believed, formerCa);
    let isOver = false;
    let sent = 0;
    const traffic = (async () => {
      while (!isOver) {
        await sendSurely(ne, `m${sent}`);
        sent += 1;
      }
    })();
    const dry = await renewCertificates({ dataDir, all: true, natsUrl, dryRun: true });
    expect(dry).toMatchObject({ server: "not needed" });
    const all = await renewCertificates({ dataDir, all: true, natsUrl });
    expect(all).toMatchObject({ server: "reloaded" });
    expect(all.renewed.length).toBe(5 + 2 * IDS.length);
    await (await participant("BR")).close();
    const next = await renewCertificates({ dataDir, newAuthority: true, natsUrl });
    expect(next.newAuthority).toBe(true);
    await (await participant("BR")).close();
    // Until it is dropped, the former authority's certificates still count.
    const former = { certFile: formerClient, keyFile: formerClient, caFile: paths.tls.believed };
    const creds = paths.participant("NE").natsCreds;
    await (await bus("NE", natsUrl, creds, former)).close();
    await renewCertificates({ dataDir, dropFormer: true, natsUrl });
    const unbelieved = { ...former, caFile: formerCa };
    await expect(bus("NE", natsUrl, creds, unbelieved)).rejects.toThrow(/authority|certificate/);
    isOver = true;
    await traffic;
    expect(ne.connected && gateway.connected).toBe(true);
    expect(sent).toBeGreaterThan(100);
    await expect.poll(() => new Set(taken).size, PATIENCE).toBe(sent);
    expect(taken.length).toBe(sent);
  });

  it("tells when each certificate ends, and which is due (TP-TLS-7)", async () => {
    const opened = await openCertified(dataDir);
    const now = await listCertificates(opened, Date.now());
    expect(now.map(({ due }) => due).filter((due) => due !== "")).toEqual([]);
    expect(now[0]).toMatchObject({ holder: "authority", use: "authority" });
    const later = await listCertificates(opened, Date.now() + 310 * DAY_MS);
    expect(new Set(later.slice(1).map(({ due }) => due))).toEqual(new Set(["ends soon"]));
    const more = await openCertified(dataDir, [parseHostName("hub2.example.org")]);
    const lacking = (await listCertificates(more, Date.now())).filter(({ due }) => due !== "");
    expect(lacking.map(({ due, holder }) => `${holder} ${due}`)).toEqual([
      "nats lacks hub2.example.org",
      "gateway lacks hub2.example.org",
      "steward lacks hub2.example.org",
    ]);
    await writeFile(paths.gateway.tls.client, "damaged");
    const damaged = (await listCertificates(opened, Date.now())).filter(({ due }) => due !== "");
    expect(damaged).toMatchObject([{ holder: "gateway", use: "client", due: "there is none" }]);
    const end = await tracepost([
      ...["exchange", "certificates", "renew", "--data", dataDir],
      ...["--nats-url", natsUrl, "--json"],
    ]);
    expect({ code: end.code, ...JSON.parse(end.out) }).toMatchObject({
      code: 0,
      server: "reloaded",
      renewed: [{ holder: "gateway", use: "client" }],
    });
  });

  it("has credentials made anew behind its certificates, and lets the former in no more (TP-KEY-6)", async () => {
    const file = paths.participant("NE").natsCreds;
    const former = join(dataDir, "..", "former.creds");
    await copyFile(file, former);
    const order = { paths, natsUrl, clock: { now: () => Date.now() }, account: "NE" };
    expect((await rotateCredentials(order))[0]).toEqual({ account: "NE", user: "NE", file });
    await (await participant("NE")).close();
    const tls = clientFiles(paths.participant("NE").tls);
    await expect(bus("NE", natsUrl, former, tls)).rejects.toThrow();
  });

  it("has no next authority while nobody says where its nats-server is (TP-TLS-6)", async () => {
    const before = await readFile(paths.tls.believed, "utf8");
    for (const asked of [{ newAuthority: true }, { dropFormer: true }]) {
      await expect(renewCertificates({ dataDir, ...asked })).rejects.toMatchObject({
        code: "USAGE",
        remedy: expect.stringContaining("--nothing-runs"),
      });
    }
    expect(await readFile(paths.tls.believed, "utf8")).toBe(before);
  });

  it("leaves no key, seed or token in a log (TP-TLS-8)", async () => {
    const files = [paths.participant("NE").natsCreds, paths.participant("NE").tls.client];
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
    const secrets = texts.flatMap(secretsIn);
    expect(secrets.length).toBeGreaterThanOrEqual(2);
    const logs = join(dataDir, "..", "logs");
    await mkdir(logs);
    for (const name of ["nats.log"]) {
      await copyFile(join(dataDir, "..", name), join(logs, name));
    }
    expect(await findInClear([logs], secrets)).toEqual([]);
  });
});

/** Seeds of NATS, and lines of a private key. */
function secretsIn(text: string): string[] {
  const seeds = text.match(/\bS[UA][A-Z2-7]{56}\b/gu) ?? [];
  const key = /BEGIN PRIVATE KEY-----\n([^\n]+)/u.exec(text)?.[1];
  return [...seeds, ...(key === undefined ? [] : [key.slice(40)])];
}
