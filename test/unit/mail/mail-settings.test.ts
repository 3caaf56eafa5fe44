import { describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import { MAIL_SETTINGS, type MailSettings, mailFrom } from "#mail";
import { compileSchema } from "#runtime";

const GOOD: MailSettings = {
  ...{ host: "mail.body.example", port: 587, security: "starttls" },
  ...{ user: "watch", passwordFile: "password", caFile: "ca.pem" },
  ...{ from: "watch@monitor.example", to: ["duty+tp@body.example", "o'neil@body.example"] },
};

describe("settings of a mail server (TP-WATCH-1)", () => {
  const problemsOf = (settings: MailSettings): readonly string[] => {
    try {
      mailFrom("/etc/tracepost/monitor.json", "watch.mail", settings);
    } catch (caught) {
      return TracepostError.from(caught).problems;
    }
    return [];
  };

  it("are taken with paths beside the configuration", () => {
    expect(compileSchema(MAIL_SETTINGS).check(GOOD)).toEqual({ ok: true, value: GOOD });
    expect(mailFrom("/etc/tracepost/monitor.json", "watch.mail", GOOD)).toEqual({
      ...GOOD,
      passwordFile: "/etc/tracepost/password",
      caFile: "/etc/tracepost/ca.pem",
    });
  });

  it("may do without TLS on this machine alone", () => {
    const { caFile: _, ...plain } = GOOD;
    for (const host of ["127.0.0.1", "::1", "localhost"]) {
      expect(problemsOf({ ...plain, host, security: "none" })).toEqual([]);
    }
    for (const host of ["mail.body.example", "127.0.0.1.body.example", "10.0.0.1"]) {
      expect(problemsOf({ ...plain, host, security: "none" })).toEqual([
        "watch.mail.security: is none off this machine; set tls or starttls",
      ]);
    }
    expect(problemsOf({ ...GOOD, host: "localhost", security: "none" })).toHaveLength(1);
  });

  it("name user and password together, never the password itself", () => {
    const { user: _, ...nobody } = GOOD;
    const { passwordFile: __, ...open } = GOOD;
    expect(problemsOf(nobody)).toEqual([expect.stringMatching(/^watch\.mail\.user: is missing/u)]);
    expect(problemsOf(open)).toEqual([expect.stringMatching(/passwordFile: is missing.*600/u)]);
    const said = compileSchema(MAIL_SETTINGS).check({ ...GOOD, password: "x" });
    expect(said).toMatchObject({ problems: [{ field: "password", rule: "is not a known field" }] });
  });

  it.each([
    "body.example",
    "duty@body",
    "Duty <duty@body.example>",
    "duty@body.example, other@elsewhere.example",
    "duty@body.example\r\nBcc: other@elsewhere.example",
    '"a b"@body.example',
    ".duty@body.example",
    "du..ty@body.example",
    "duty@-body.example",
    "duty@[127.0.0.1]",
    "dúty@body.example",
  ])("take addresses and no more: not %j", (address) => {
    expect(problemsOf({ ...GOOD, to: [address] })).toEqual([
      expect.stringMatching(/^watch\.mail\.to\.0: is no address/u),
    ]);
    expect(problemsOf({ ...GOOD, from: address })).toHaveLength(1);
  });
});
