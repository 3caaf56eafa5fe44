import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import { loadAuthorities, loadIdentity, type TlsFiles, tlsFault, transportFrom } from "#tls";
import { makeAuthority } from "../../../deploy/local/certificates/issue.ts";
import { makeTestAuthority, type TestAuthority } from "../../support/certificates.ts";

const DAY_MS = 86_400_000;

describe("certificate and key of a process (TP-TLS-5)", () => {
  let made: TestAuthority;
  let good: TlsFiles;

  beforeAll(async () => {
    made = await makeTestAuthority();
    good = await made.issue("NE");
  });
  afterAll(() => made.remove());

  const refusalOf = async (files: TlsFiles, nowMs = Date.now()): Promise<TracepostError> => {
    try {
      await loadIdentity(files, nowMs);
    } catch (caught) {
      return TracepostError.from(caught);
    }
    return expect.unreachable();
  };

  it("are read where all is well, with what they say", async () => {
    const { facts } = await loadIdentity(good, Date.now());
    expect(facts).toMatchObject({ holder: "NE", issuer: "test authority", names: [] });
    expect(Math.round((facts.notAfterAt - Date.now()) / DAY_MS)).toBe(365);
  });

  it("are refused where others could read the key", async () => {
    const files = await made.issue("open");
    await chmod(files.keyFile, 0o640);
    const { code, message, remedy } = await refusalOf(files);
    expect(code).toBe("KEY_FILE");
    expect(message).toContain(`${files.keyFile} is open to others (mode 640)`);
    expect(remedy).toContain("chmod 600");
  });

  it("are refused where the key is another's", async () => {
    const other = await made.issue("other");
    const { message, remedy } = await refusalOf({ ...good, keyFile: other.keyFile });
    expect(message).toBe(`${other.keyFile} is not the key of ${good.certFile}`);
    expect(remedy).toMatch(/made together/);
  });

  it("are refused before their time and after it, with the way out", async () => {
    const late = await refusalOf(good, Date.now() + 366 * DAY_MS);
    expect(late.message).toMatch(/NE\.pem has expired on \d{4}-\d\d-\d\d$/);
    expect(late.remedy).toMatch(/certificates renew/);
    const early = await refusalOf(good, Date.now() - 2 * DAY_MS);
    expect(early.message).toMatch(/does not count before/);
    expect(early.remedy).toMatch(/clock/);
  });

  it("are refused where another authority has issued them", async () => {
    const stranger = await makeAuthority("test authority", Date.now());
    const files = await made.issue("foreign", {}, { issuer: stranger });
    const { message } = await refusalOf(files);
    expect(message).toContain(`is not issued by an authority of ${files.caFile}`);
  });

  it("are refused where they are none, without a word of what the file holds", async () => {
    const secret = "MC4CAQAwBQYDK2VwBCIEIKnotAKey";
    const pem = `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`;
    const file = join(made.dir, "damaged.pem");
    const [certificate = ""] = /-----BEGIN CERT.*END CERTIFICATE-----/s.exec(
      await readFile(good.certFile, "utf8"),
    ) as RegExpExecArray;
    await writeFile(file, `${certificate}\n${pem}`, { mode: 0o600 });
    const damaged = await refusalOf({ ...good, certFile: file, keyFile: file });
    expect(damaged.message).toBe(`${file} holds no private key that can be read`);
    expect(JSON.stringify([damaged, damaged.cause, damaged.stack])).not.toContain(secret);
    await writeFile(file, pem, { mode: 0o600 });
    const empty = await refusalOf({ ...good, certFile: file, keyFile: file });
    expect(empty.message).toBe(`${file} holds no certificate`);
    const absent = await refusalOf({ ...good, keyFile: join(made.dir, "none.pem") });
    expect(absent.message).toMatch(/none\.pem cannot be read/);
  });

  it("need authorities, of which a bounded number counts", async () => {
    await expect(loadAuthorities(good.caFile)).resolves.toContain("BEGIN CERTIFICATE");
    const many = join(made.dir, "many.pem");
    await writeFile(many, made.authority.certificate.repeat(9));
    await expect(loadAuthorities(many)).rejects.toThrow(/names 9 authorities, at most 8/);
  });
});

describe("a configuration's certificates (TP-TLS-1)", () => {
  const files = { certFile: "tls/client.pem", keyFile: "tls/client.pem", caFile: "tls/ca.pem" };
  const http = { host: "127.0.0.1", port: 0 };

  it("have paths that start at the file's folder", () => {
    const config = { natsUrl: "tls://hub:4222", natsTls: files, http: { ...http, tls: files } };
    const found = transportFrom("/data/NE/config.json", config);
    expect(found.natsTls?.keyFile).toBe("/data/NE/tls/client.pem");
    expect(found.http.tls?.caFile).toBe("/data/NE/tls/ca.pem");
  });

  it.each([
    [{ natsUrl: "tls://hub:4222", http }, /^natsTls: is missing/],
    [{ natsUrl: "nats://hub:4222", natsTls: files, http }, /^natsUrl: is nats:\/\/hub:4222/],
  ])("are neither left unused nor missing", (config, problem) => {
    try {
      transportFrom("config.json", config);
      expect.unreachable();
    } catch (caught) {
      const { code, problems } = TracepostError.from(caught);
      expect(code).toBe("CONFIG_INVALID");
      expect(problems).toEqual([expect.stringMatching(problem)]);
    }
  });
});

describe("a handshake that fails", () => {
  const withCode = (code: string): Error => Object.assign(new Error("handshake"), { code });

  it.each([
    ["ERR_TLS_CERT_ALTNAME_INVALID", /another name/],
    ["CERT_HAS_EXPIRED", /expired/],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", /not believed here/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /not believed here/],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", /does not take our certificate/],
    ["ERR_SSL_WRONG_VERSION_NUMBER", /does not speak TLS/],
  ])("%s is said in words", (code, meaning) => {
    expect(tlsFault(withCode(code))?.meaning).toMatch(meaning);
    expect(tlsFault(new Error("outer", { cause: withCode(code) }))?.meaning).toMatch(meaning);
  });

  it("is told from what has nothing to do with certificates", () => {
    expect(tlsFault(withCode("ECONNREFUSED"))).toBeUndefined();
    expect(tlsFault("text")).toBeUndefined();
  });
});
