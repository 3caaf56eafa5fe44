import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Mail, Mailer, type MailSettings } from "#mail";
import { MAIL_LIMITS, systemTimers } from "#runtime";
import { makeTestAuthority, type TestAuthority } from "../../support/certificates.ts";
import {
  MailServer,
  type MailServerOptions,
  type OddMailServer,
  startOddMailServer,
} from "../../support/mail-server.ts";
import { ManualTime } from "../../support/manual-time.ts";

const LOGIN = { user: "watch", password: "correct horse" };
const MAIL: Mail = {
  id: "mail-1",
  to: "duty@body.example",
  subject: "Tracepost: 2 notices",
  text: "Backlog: 31 requests are older than 30 days.\n.\nSee the list of notices.\n",
  atMs: Date.UTC(2026, 10, 3, 8, 0, 0),
};

describe("mails through a mail server", () => {
  let made: TestAuthority;
  let server: MailServer | undefined;
  let passwordFile: string;
  const odd: OddMailServer[] = [];

  beforeAll(async () => {
    made = await makeTestAuthority();
    passwordFile = join(made.dir, "password");
    await writeFile(passwordFile, `${LOGIN.password}\n`, { mode: 0o600 });
  });
  afterEach(() => server?.stop());
  afterAll(async () => {
    await Promise.all(odd.map((one) => one.close()));
    await made.remove();
  });

  const started = async (options: MailServerOptions = {}): Promise<MailServer> => {
    server = new MailServer(options);
    await server.start();
    return server;
  };
  const certified = () => made.issue("mail", { use: "server", names: ["localhost", "127.0.0.1"] });
  const settingsOf = (port: number, more: Partial<MailSettings> = {}): MailSettings => ({
    ...{ host: "127.0.0.1", port, security: "none" },
    ...{ from: "watch@monitor.example", to: [MAIL.to] },
    ...more,
  });
  const send = async (settings: MailSettings, mail: Partial<Mail> = {}) =>
    await new Mailer(settings, systemTimers).send({ ...MAIL, ...mail });

  it("arrive as plain text with an id that stays the same (TP-WATCH-2)", async () => {
    const { port, taken } = await started();
    expect(await send(settingsOf(port))).toEqual({ type: "sent" });
    expect(await send(settingsOf(port))).toEqual({ type: "sent" });
    const [one, other] = taken;
    expect(one).toMatchObject({ from: "watch@monitor.example", to: [MAIL.to], secure: false });
    expect(one?.raw).toContain("Subject: Tracepost: 2 notices\r\n");
    expect(one?.raw).toContain("Message-ID: <mail-1@monitor.example>\r\n");
    expect(one?.raw).toContain("Date: Tue, 03 Nov 2026 08:00:00 +0000\r\n");
    expect(one?.raw).toContain("Auto-Submitted: auto-generated\r\n");
    expect(one?.raw).toContain("Content-Type: text/plain; charset=utf-8\r\n");
    // A line with a point alone ends a mail of SMTP; in a text it is a line like others.
    expect(one?.raw).toMatch(/30 days\.\r\n\.\r\nSee the list of notices\.\r\n$/u);
    expect(other?.raw).toBe(one?.raw);
  });

  it("have no header but ours, whatever is in their subject (TP-WATCH-2)", async () => {
    const { port, taken } = await started();
    const subject = "x\r\nBcc: other@elsewhere.example\r\n\r\nhello\u202E";
    expect(await send(settingsOf(port), { subject })).toEqual({ type: "sent" });
    const [headers = ""] = taken[0]?.raw.split("\r\n\r\n") ?? [];
    const names = [...headers.matchAll(/^([A-Za-z-]+):/gmu)].map(([, name]) => name);
    expect(names.toSorted()).toEqual(
      ["Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From"].concat(
        ...["MIME-Version", "Message-ID", "Subject", "To"],
      ),
    );
    expect(taken[0]?.to).toEqual([MAIL.to]);
  });

  it("are refused before the line where they are over a limit (TP-WATCH-2)", async () => {
    const settings = settingsOf(1);
    const long = "x".repeat(MAIL_LIMITS.textBytesMax + 1);
    await expect(send(settings, { text: long })).rejects.toThrow(/over a limit/u);
    const subject = "x".repeat(MAIL_LIMITS.subjectCharsMax + 1);
    await expect(send(settings, { subject })).rejects.toThrow(/over a limit/u);
    await expect(send(settings, { id: "a>\r\nBcc: b" })).rejects.toThrow(/over a limit/u);
  });

  it.each(["starttls", "tls"] as const)(
    "go under our own authority with %s (TP-WATCH-1)",
    async (security) => {
      const tls = await certified();
      const { port, taken } = await started({
        tls,
        isTlsFromStart: security === "tls",
        login: LOGIN,
      });
      const settings = settingsOf(port, { security, user: LOGIN.user, passwordFile });
      expect(await send({ ...settings, caFile: tls.caFile })).toEqual({ type: "sent" });
      expect(taken).toMatchObject([{ secure: true, user: LOGIN.user }]);
      // An authority that the machine does not believe: neither mail nor password is said.
      expect(await send(settings)).toMatchObject({ type: "failed", failure: "CERTIFICATE" });
      const other = await makeTestAuthority();
      const { caFile } = await other.issue("other");
      await other.remove().finally(() => undefined);
      expect(await send({ ...settings, caFile })).toMatchObject({ failure: "FILES" });
      expect(taken).toHaveLength(1);
    },
  );

  it("do not go to a server with another name than its certificate (TP-WATCH-1)", async () => {
    const tls = await made.issue("elsewhere", { use: "server", names: ["mail.elsewhere.example"] });
    const { port, taken } = await started({ tls });
    const settings = settingsOf(port, { security: "starttls", caFile: tls.caFile });
    expect(await send(settings)).toEqual({
      ...{ type: "failed", failure: "CERTIFICATE" },
      detail: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
    expect(taken).toEqual([]);
  });

  it("do not go in plain text where the server hides STARTTLS (TP-WATCH-1)", async () => {
    const { port, taken } = await started();
    const outcome = await send(settingsOf(port, { security: "starttls" }));
    expect(outcome).toMatchObject({ type: "failed", failure: "NO_TLS" });
    expect(taken).toEqual([]);
  });

  it("tell a wrong password from a file that is open to others (TP-WATCH-1)", async () => {
    const { port, taken } = await started({ login: LOGIN });
    const wrong = join(made.dir, "wrong");
    await writeFile(wrong, "battery staple", { mode: 0o600 });
    const settings = settingsOf(port, { user: LOGIN.user, passwordFile: wrong });
    const refused = await send(settings);
    expect(refused).toEqual({ type: "failed", failure: "LOGIN", detail: "535" });
    await writeFile(wrong, LOGIN.password);
    expect(await send(settings)).toEqual({ type: "sent" });
    await chmod(wrong, 0o644);
    const open = await send(settings);
    expect(open).toMatchObject({ type: "failed", failure: "FILES", detail: "KEY_FILE" });
    expect(JSON.stringify(open)).not.toContain(LOGIN.password);
    await expect(new Mailer(settings, systemTimers).check()).rejects.toThrow(/open to others/u);
    expect(taken).toHaveLength(1);
  });

  it("tell what is for ever from what is for now (TP-WATCH-3)", async () => {
    const here = await started();
    here.refusal = 550;
    const settings = settingsOf(here.port);
    expect(await send(settings)).toEqual({ type: "failed", failure: "REFUSED", detail: "550" });
    here.refusal = 451;
    expect(await send(settings)).toEqual({ type: "failed", failure: "BUSY", detail: "451" });
    await here.stop();
    const away = await send(settings);
    expect(away).toEqual({ type: "failed", failure: "NO_ANSWER", detail: "ECONNREFUSED" });
    await here.start();
    here.refusal = 0;
    expect(await send(settings)).toEqual({ type: "sent" });
  });

  it("end with a server that takes too long (TP-WATCH-3)", async () => {
    const { asked, port } = await startOddMailServerFor("");
    const time = new ManualTime();
    const sending = new Mailer(settingsOf(port), time).send(MAIL);
    await asked;
    time.advance(MAIL_LIMITS.mailMs);
    expect(await sending).toEqual({ type: "failed", failure: "TIMEOUT", detail: "ETIMEDOUT" });
  });

  it("end with what is no mail server, however much it says (TP-WATCH-3)", async () => {
    const http = await startOddMailServerFor("HTTP/1.1 400 Bad Request\r\n\r\n");
    expect(await send(settingsOf(http.port))).toMatchObject({ failure: "STRANGE" });
    const endless = await startOddMailServerFor(`220-${"x".repeat(200_000)}`);
    expect(await send(settingsOf(endless.port))).toMatchObject({ failure: "STRANGE" });
  });

  const startOddMailServerFor = async (answer: string) => {
    const one = await startOddMailServer(answer);
    odd.push(one);
    return one;
  };
});
