import { get } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpServer, type HttpServer } from "#http";
import { createLogger } from "#runtime";
import { TEST_TITLE } from "../../support/test-route.ts";

describe("a door off loopback (TP-CON-5)", () => {
  let server: HttpServer | undefined;

  afterEach(() => server?.close());

  async function statusFor(names: readonly string[] | undefined, host: string): Promise<number> {
    const logger = createLogger({ name: "test", level: "silent" });
    server = await createHttpServer({
      host: "0.0.0.0",
      port: 0,
      names,
      plaintext: "private-network",
      logger,
      health: {},
      title: TEST_TITLE,
    });
    const { port } = new URL(server.url);
    return new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port, path: "/healthz", headers: { host } };
      get(options, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      }).on("error", reject);
    });
  }

  it.each(["127.0.0.1:8080", "localhost", "gateway:8080", "Gateway"])(
    "answers to its names and to loopback: %s",
    async (host) => {
      expect(await statusFor(["gateway"], host)).toBe(200);
    },
  );

  it.each(["evil.example", "evil.example:8080", "gateway.evil.example"])(
    "does not answer to the name %s, which a page may have pointed at it",
    async (host) => {
      expect(await statusFor(["gateway"], host)).toBe(421);
    },
  );

  it("answers to every name when it was given none", async () => {
    expect(await statusFor(undefined, "anything.example")).toBe(200);
  });
});
