import { describe, expect, it } from "vitest";
import { createLogger } from "#runtime";

describe("a log line", () => {
  const lines: string[] = [];
  const logger = createLogger({
    name: "focal-point.NE",
    level: "info",
    destination: { write: (line: string) => lines.push(line) },
  });

  it("never holds a secret, in what is logged or one level below", () => {
    const secret = "AGE-SECRET-KEY-PQ-1QQQ";
    logger.info({ identity: secret, part: { identity: secret, name: "body" } }, "opened");
    logger.info({ token: secret, key: { privateKey: secret, seed: secret, secret } }, "loaded");
    logger.error({ request: { plaintext: secret } }, "failed");
    expect(lines).toHaveLength(3);
    expect(lines.join("")).not.toContain(secret);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      identity: "[redacted]",
      part: { identity: "[redacted]", name: "body" },
      msg: "opened",
    });
  });

  it("names the process and says when in UTC", () => {
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      name: "focal-point.NE",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });
});
