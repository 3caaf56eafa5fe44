import { rename } from "node:fs/promises";
import { get } from "node:https";
import { connect, type PeerCertificate, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHttpServer, type HttpServer } from "#http";
import { createLogger } from "#runtime";
import { makeTestAuthority, type TestAuthority } from "../../support/certificates.ts";
import { TEST_TITLE } from "../../support/test-route.ts";

const LOCAL = { use: "server", names: ["127.0.0.1"] } as const;

describe("an HTTP door", () => {
  let made: TestAuthority;
  let server: HttpServer | undefined;

  beforeEach(async () => {
    made = await makeTestAuthority();
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    await made.remove();
  });

  const open = async (more: object): Promise<HttpServer> => {
    const logger = createLogger({ name: "test", level: "silent" });
    const options = { host: "127.0.0.1", port: 0, logger, health: {}, title: TEST_TITLE };
    server = await createHttpServer({ ...options, ...more });
    return server;
  };

  /** Holds one connection open and tells which certificate it was given. */
  const shake = (url: string): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const ca = made.authority.certificate;
      const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port), ca }, () =>
        resolve(socket),
      );
      socket.on("error", reject);
    });

  const statusOn = (socket: TLSSocket): Promise<number> =>
    new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", path: "/healthz", createConnection: () => socket };
      get(options, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      }).on("error", reject);
    });

  it("does not speak plain HTTP off loopback unless somebody says so (TP-TLS-4)", async () => {
    await expect(open({ host: "0.0.0.0" })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      problems: [expect.stringMatching(/^http\.tls: is missing/)],
      remedy: expect.stringMatching(/TRACEPOST_HTTP_PLAINTEXT/),
    });
    const { url } = await open({ host: "0.0.0.0", plaintext: "private-network" });
    expect(url).toMatch(/^http:/);
  });

  it("speaks HTTPS where it has a certificate, and nothing else", async () => {
    const { url } = await open({ tls: await made.issue("door", LOCAL) });
    expect(url).toMatch(/^https:/);
    expect(await statusOn(await shake(url))).toBe(200);
    await expect(fetch(`${url.replace("https", "http")}/healthz`)).rejects.toThrow();
  });

  it("does not open with a certificate that does not count", async () => {
    const tls = await made.issue("door", LOCAL, { nowMs: 0 });
    await expect(open({ tls })).rejects.toMatchObject({ code: "KEY_FILE" });
  });

  it("takes a new certificate for the next handshake, and keeps its connections (TP-TLS-6)", async () => {
    const tls = await made.issue("door", LOCAL);
    const { url } = await open({ tls, lookMs: 20 });
    const before = await shake(url);
    const seen = before.getPeerCertificate().fingerprint256;
    await rename((await made.issue("next", LOCAL)).certFile, tls.certFile);
    await expect
      .poll(async () => certificateAt(await shake(url)), { timeout: 10_000 })
      .not.toMatchObject({ fingerprint256: seen });
    expect(await statusOn(before)).toBe(200);
    before.destroy();
  });
});

function certificateAt(socket: TLSSocket): PeerCertificate {
  const found = socket.getPeerCertificate();
  socket.destroy();
  return found;
}
