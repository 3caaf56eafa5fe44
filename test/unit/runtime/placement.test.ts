import { Type } from "typebox";
import { describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import { parseConfig, pathFrom, readPlacement, withoutPlacement } from "#runtime";

const SCHEMA = Type.Object(
  {
    natsUrl: Type.String({ pattern: "^(nats|tls)://" }),
    http: Type.Object(
      {
        host: Type.String(),
        port: Type.Integer({ maximum: 65_535 }),
        names: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
const FILE = { natsUrl: "nats://127.0.0.1:4222", http: { host: "127.0.0.1", port: 0 } };

const read = (env: Record<string, string>, file: unknown = FILE) =>
  parseConfig(SCHEMA, JSON.stringify(file), "config.json", readPlacement(env));

describe("where a process runs (TP-CON-6)", () => {
  it("is what the environment says, over the file", () => {
    const env = {
      TRACEPOST_NATS_URL: "nats://nats:4222",
      TRACEPOST_HTTP_HOST: "0.0.0.0",
      TRACEPOST_HTTP_PORT: "8080",
      TRACEPOST_HTTP_NAMES: "gateway, gateway.example",
    };
    expect(read(env)).toEqual({
      natsUrl: "nats://nats:4222",
      http: { host: "0.0.0.0", port: 8080, names: ["gateway", "gateway.example"] },
    });
  });

  it("is what the file says where a variable is not set, or empty", () => {
    expect(read({ TRACEPOST_HTTP_PORT: "", TRACEPOST_HTTP_HOST: " " })).toEqual(FILE);
  });

  it("names the variable that is wrong, as well as the field", () => {
    try {
      read({ TRACEPOST_HTTP_PORT: "http", TRACEPOST_NATS_URL: "nats:4222" });
      expect.unreachable();
    } catch (caught) {
      const { code, problems } = TracepostError.from(caught);
      expect(code).toBe("CONFIG_INVALID");
      expect(problems).toEqual([
        expect.stringMatching(/^natsUrl \(set by TRACEPOST_NATS_URL\): /),
        expect.stringMatching(/^http\.port \(set by TRACEPOST_HTTP_PORT\): /),
      ]);
    }
  });

  it.each([[[]], [null], ["text"], [{ natsUrl: FILE.natsUrl, http: "none" }]])(
    "does not make a configuration of %j",
    (file) => {
      expect(() => read({ TRACEPOST_HTTP_PORT: "8080" }, file)).toThrow(/problem/);
    },
  );

  it("is taken out of an environment that is handed on, and nothing else", () => {
    const env = { PATH: "/bin", TRACEPOST_HTTP_PORT: "1", TRACEPOST_LOG_LEVEL: "debug", A: "b" };
    expect(withoutPlacement(env)).toEqual({ PATH: "/bin", A: "b" });
  });
});

describe("a path in a configuration file", () => {
  it("starts at the folder of the file, unless it is absolute", () => {
    expect(pathFrom("/data/gateway/config.json", "keys")).toBe("/data/gateway/keys");
    expect(pathFrom("/data/gateway/config.json", "../exchange/a")).toBe("/data/exchange/a");
    expect(pathFrom("/data/gateway/config.json", "/elsewhere")).toBe("/elsewhere");
  });
});
