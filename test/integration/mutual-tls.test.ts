import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as dialTls } from "node:tls";
import { connect, credsAuthenticator } from "nats";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connectBus } from "#bus";
import { TracepostError } from "#errors";
import { createLogger } from "#runtime";
import { loadIdentity, type TlsFiles } from "#tls";
import type { Transport } from "#wire";
import { clientFiles, doorFiles } from "../../deploy/local/certificates/certificate-files.ts";
import { makeAuthority } from "../../deploy/local/certificates/issue.ts";
import { parseHostName } from "../../deploy/local/certificates/transport-plan.ts";
import { ExchangePaths, initExchange, renewCertificates } from "../../deploy/local/index.ts";
import { checkServer } from "../../deploy/local/provision/server-check.ts";
import { findFreePort } from "../../deploy/local/supervisor/free-port.ts";
import { makeTestAuthority, type TestAuthority } from "../support/certificates.ts";
import { startLeaf } from "../support/leaf.ts";
import { specsOf } from "../support/nats-carrier.ts";
import { type OwnServer, startOwnServer } from "../support/own-server.ts";
import { tracepost } from "../support/run-command.ts";
import { findInClear } from "../support/search-files.ts";
import { startDoor, startPlain } from "../support/strange-servers.ts";

const CONNECT_MS = 700;
const LOCAL = { use: "server", names: ["127.0.0.1"] } as const;

describe("a nats-server with certificates (TP-TLS-2, TP-TLS-3)", () => {
  let dataDir = "";
  let paths: ExchangePaths;
  let server: OwnServer;
  let leafPort = 0;
  let stranger: TestAuthority;

  beforeAll(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-mtls-")), "exchange");
    paths = new ExchangePaths(dataDir);
    const hosts = [parseHostName("hub.example.org"), parseHostName("NE=desk.example.org")];
    leafPort = await findFreePort();
    const participants = specsOf(["NE", "BR"]);
    await initExchange({ dataDir, participants, transport: { hosts }, leafPort });
    server = await startOwnServer(dataDir);
    stranger = await makeTestAuthority();
  });
  afterAll(async () => {
    await server.stop();
    await stranger.remove();
    await rm(join(dataDir, ".."), { recursive: true });
  });

  const own = (): TlsFiles => clientFiles(paths.participant("NE").tls);

  const logIn = (
    tls: TlsFiles | undefined,
    { host = "127.0.0.1", port = server.port }: { host?: string; port?: number } = {},
  ): Promise<Transport> =>
    connectBus({
      servers: `${tls === undefined ? "nats" : "tls"}://${host}:${port}`,
      credsFile: paths.participant("NE").natsCreds,
      tls,
      name: "NE",
      inboxPrefix: "_I.NE",
      connectMs: CONNECT_MS,
      logger: createLogger({ name: "test", level: "silent" }),
    });

  const faultOf = async (login: Promise<Transport>): Promise<TracepostError> => {
    try {
      await (await login).close();
    } catch (caught) {
      return TracepostError.from(caught);
    }
    return expect.unreachable("it was let in");
  };

  it("lets in who has certificate and credentials, by any name it has", async () => {
    for (const host of ["127.0.0.1", "localhost"]) {
      const transport = await logIn(own(), { host });
      expect(transport.connected).toBe(true);
      await transport.close();
    }
    const asked = { url: `tls://127.0.0.1:${server.port}`, name: "test" };
    await expect(checkServer(paths, asked)).resolves.toBeUndefined();
  });

  it("does not let in credentials alone, and does not even greet, at either door", async () => {
    const fault = await faultOf(logIn(undefined));
    expect(fault.code).toBe("UNAVAILABLE");
    for (const port of [server.port, leafPort]) {
      expect(await greetingOf(port)).not.toMatch(/INFO|server_id|nonce/);
    }
  });

  it("takes a leaf by certificate and credentials, which answers its services by both (TP-TLS-10)", async () => {
    const { port } = server;
    const leaf = await startLeaf({ paths, url: `tls://127.0.0.1:${port}` }, "NE", leafPort);
    try {
      const behind = { port: Number(new URL(leaf.url).port) };
      const transport = await logIn(own(), behind);
      await transport.close();
      expect((await faultOf(logIn(undefined, behind))).code).toBe("UNAVAILABLE");
      expect(await greetingOf(behind.port)).not.toMatch(/INFO|server_id|nonce/);
      await vi.waitFor(async () => {
        expect(await readFile(leaf.logFile, "utf8")).toContain("created for account: NE");
      });
      // Certificates are replaced at both doors, without a stop.
      const natsUrl = `tls://127.0.0.1:${port}`;
      const before = await certificateOf(leafPort);
      const renewal = await renewCertificates({ dataDir, all: true, hosts: [], natsUrl });
      expect(renewal.server).toBe("reloaded");
      expect(await certificateOf(leafPort)).not.toBe(before);
    } finally {
      await leaf.stop();
    }
  });

  it("does not let in a certificate alone, or credentials with TLS and no certificate", async () => {
    const [ca, pem, creds] = await Promise.all(
      [own().caFile, own().certFile, paths.participant("NE").natsCreds].map((file) =>
        readFile(file, "utf8"),
      ),
    );
    const servers = `127.0.0.1:${server.port}`;
    const shake = { handshakeFirst: true, ca: ca ?? "" };
    const withCertificate = { ...shake, cert: pem ?? "", key: pem ?? "" };
    const authenticator = credsAuthenticator(new TextEncoder().encode(creds));
    const once = { servers, timeout: CONNECT_MS, maxReconnectAttempts: 0 };
    await expect(connect({ ...once, tls: withCertificate })).rejects.toThrow(/authori[sz]ation/i);
    await expect(connect({ ...once, tls: shake, authenticator })).rejects.toThrow();
    const good = await connect({ ...once, tls: withCertificate, authenticator });
    await good.close();
  });

  it("does not let in a certificate of another authority, however it is named", async () => {
    const foreign = { ...(await stranger.issue("NE")), caFile: own().caFile };
    const here = await faultOf(logIn(foreign));
    expect(here.code).toBe("KEY_FILE");
    expect(here.message).toMatch(/is not issued by an authority of/);
    // And where its holder does not look, the server does.
    const [cert, ca] = await Promise.all(
      [foreign.certFile, own().caFile].map((file) => readFile(file, "utf8")),
    );
    const authenticator = credsAuthenticator(await readFile(paths.participant("NE").natsCreds));
    const attempt = connect({
      servers: `127.0.0.1:${server.port}`,
      tls: { handshakeFirst: true, ca: ca ?? "", cert: cert ?? "", key: cert ?? "" },
      authenticator,
      timeout: CONNECT_MS,
      maxReconnectAttempts: 0,
    });
    await expect(attempt).rejects.toThrow();
  });

  it("does not take the certificate of a door for a log-in", async () => {
    const fault = await faultOf(logIn(doorFiles(paths.participant("NE").tls)));
    expect(fault.message).toMatch(/does not take our certificate/);
    expect(fault.remedy).toMatch(/for a log-in/);
  });

  it("is not believed under a name it does not have, or by another authority", async () => {
    const misnamed = await startDoor(paths.participant("NE").tls.door);
    const foreign = await startDoor((await stranger.issue("x", LOCAL)).certFile);
    const plain = await startPlain();
    try {
      const wrong = await faultOf(logIn(own(), { host: "127.0.0.2", port: misnamed.port }));
      expect(wrong.message).toMatch(/for another name than the address says/);
      const other = await faultOf(logIn(own(), { port: foreign.port }));
      expect(other.message).toMatch(/of an authority that is not believed here/);
      const open = await faultOf(logIn(own(), { port: plain.port }));
      expect(open.message).toMatch(/does not speak TLS/);
      expect(plain.heard()).not.toMatch(/CONNECT|jwt/);
    } finally {
      for (const door of [misnamed, foreign, plain]) door.close();
    }
  });
});

/** Which certificate a server shows, by its digest. */
async function certificateOf(port: number): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = dialTls({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

/** What a server says to somebody who speaks no TLS. */
async function greetingOf(port: number): Promise<string> {
  return await new Promise<string>((resolve) => {
    const socket = dial(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.setEncoding("latin1");
    let heard = "";
    socket.on("data", (text) => {
      heard += text;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(heard));
  });
}

describe("an exchange whose authority was there before (TP-TLS-2)", () => {
  let made: TestAuthority;

  beforeAll(async () => {
    made = await makeTestAuthority();
  });
  afterAll(() => made.remove());

  it("is refused where its key is another's, before anything is issued", async () => {
    const dataDir = join(made.dir, "none");
    const { key } = await makeAuthority("another", Date.now());
    const authority = { ...made.authority, key };
    const transport = { hosts: [], authority };
    await expect(
      initExchange({ dataDir, participants: specsOf(["NE"]), transport }),
    ).rejects.toThrow("the authority's key is not the key of the authority's certificate");
    await expect(readFile(join(dataDir, "tracepost.json"))).rejects.toThrow(/ENOENT/);
  });

  it("has certificates of it, and no key of it", async () => {
    const dataDir = join(made.dir, "given");
    const caKey = join(made.dir, "ca.key");
    await writeFile(caKey, made.authority.key, { mode: 0o600 });
    const participants = join("deploy", "container", "participants.yaml");
    const end = await tracepost([
      ...["exchange", "init", "--data", dataDir, "--participants", participants],
      ...["--ca-cert", join(made.dir, "ca.pem"), "--ca-key", caKey, "--json"],
    ]);
    expect({ code: end.code, ...JSON.parse(end.out) }).toMatchObject({ code: 0, tls: true });
    const paths = new ExchangePaths(dataDir);
    expect(await readFile(paths.tls.authority, "utf8")).toBe(made.authority.certificate);
    expect(await findInClear([dataDir], [made.authority.key.slice(40, 90)])).toEqual([]);
    const { facts } = await loadIdentity(clientFiles(paths.participant("AT").tls), Date.now());
    expect(facts).toMatchObject({ holder: "AT", issuer: "test authority", names: [] });
  });
});
