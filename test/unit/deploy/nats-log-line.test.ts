import { describe, expect, test } from "vitest";
import { parseNatsLogLine } from "../../../deploy/local/watch/nats-log-line.ts";

/** Lines as nats-server 2.15.1 wrote them; keys are shortened to their length. */

const HEAD = "[16668] 2026/11/29 01:01:38.895315 [ERR] 127.0.0.1:49218 - cid:48";
const CLIENT = '"v3.4.0:nats.js:evil\\nclient [ERR] x"';
const NE = `"A${"B".repeat(55)}/NE/nkey:U${"C".repeat(55)}"`;
const GATEWAY = `"A${"D".repeat(55)}/GATEWAY/nkey:U${"E".repeat(55)}"`;
const IDS = new Set(["NE", "BR"]);

const read = (line: string) => parseNatsLogLine(line, IDS);

describe("a line of the nats-server's log", () => {
  test("tells of a publish that was refused", () => {
    const line = `${HEAD} - ${CLIENT} - ${NE} - Publish Violation - Subject "tp.in.BR.normal.x"`;
    expect(read(line)).toEqual({
      kind: "PERMISSION_VIOLATION",
      participant: "NE",
      subject: "publish tp.in.BR.normal.x",
      detail: `user nkey:U${"C".repeat(55)} of account NE, from 127.0.0.1`,
    });
  });

  test("tells of a subscription that was refused", () => {
    const line = `${HEAD} - ${NE} - Subscription Violation - Subject "tp.in.>", SID 1`;
    expect(read(line)).toMatchObject({ participant: "NE", subject: "subscribe tp.in.>" });
  });

  test("names the account of a user of the operator's own, and no participant", () => {
    const subject = "$JS.API.STREAM.DELETE.OUT_NE";
    const seen = read(
      `${HEAD} - "v3.4.0:nats.js" - ${GATEWAY} - Publish Violation - Subject "${subject}"`,
    );
    expect(seen).toMatchObject({ subject: `GATEWAY: publish ${subject}` });
    expect(seen).not.toHaveProperty("participant");
  });

  test("tells of log-ins that failed, and from where", () => {
    const from = { kind: "FAILED_LOGIN", subject: "from 127.0.0.1" };
    expect(read(`${HEAD} - authentication error`)).toEqual({
      ...from,
      detail: "authentication error",
    });
    expect(read(`${HEAD} - authentication error - User "eve"`)).toEqual({
      ...from,
      detail: 'authentication error, user "eve"',
    });
    expect(read(`${HEAD} - authentication timeout`)).toMatchObject(from);
    const ipv6 = HEAD.replace("127.0.0.1", "[::1]");
    expect(read(`${ipv6} - authentication error`)).toMatchObject({ subject: "from [::1]" });
  });

  test("tells of a leaf that was refused something, and of one that was not let in", () => {
    const leaf = HEAD.replace("cid", "lid");
    const subject = "tp.in.BR.normal.x";
    expect(
      read(`${leaf} - Publish Violation on "${subject}" - Check other side configuration`),
    ).toEqual({
      kind: "PERMISSION_VIOLATION",
      subject: `a leaf: publish ${subject}`,
      detail: "link cut, from 127.0.0.1",
    });
    expect(
      read(`${leaf} - Subscription Violation on "_I.BR.x" - Check other side configuration`),
    ).toMatchObject({ subject: "a leaf: subscribe _I.BR.x" });
    expect(read(`${leaf} - authentication error - JWT User "UABC"`)).toMatchObject({
      kind: "FAILED_LOGIN",
      detail: 'authentication error, jwt user "UABC"',
    });
  });

  test("cannot be made to look like another by what a client chose", () => {
    const fake = `\\" - ${NE.replaceAll('"', '\\"')} - Publish Violation - Subject \\"x\\"`;
    expect(read(`${HEAD} - authentication error - User "${fake}"`)).toMatchObject({
      kind: "FAILED_LOGIN",
    });
    expect(read(`${HEAD} - "${fake}" - Client parser error`)).toBeUndefined();
    const name = `"v1:nats.js:${fake}"`;
    const line = `${HEAD} - ${name} - ${GATEWAY} - Publish Violation - Subject "y"`;
    expect(read(line)).toMatchObject({ subject: "GATEWAY: publish y" });
    const escaped = `${HEAD} - ${NE} - Publish Violation - Subject "a\\"b.\\\\c"`;
    expect(read(escaped)).toMatchObject({ subject: 'publish a\\"b.\\\\c' });
  });

  test("tells of nothing else", () => {
    for (const line of [
      "",
      "[16668] 2026/11/29 01:01:38.081145 [INF] Server is ready",
      `${HEAD.replace("[ERR]", "[INF]")} - authentication error`,
      `${HEAD} - Slow Consumer Detected`,
      "authentication error",
    ]) {
      expect(read(line), line).toBeUndefined();
    }
  });
});
