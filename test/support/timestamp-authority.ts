import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const EXTENSIONS = `
[req]
distinguished_name = dn
prompt = no
[dn]
CN = none
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[middle]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[plain]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
[optional-use]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = timeStamping
subjectKeyIdentifier = hash
[two-uses]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = critical,timeStamping,codeSigning
subjectKeyIdentifier = hash
[no-signing]
basicConstraints = critical,CA:FALSE
keyUsage = critical,keyAgreement
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
[strange]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
1.2.3.4.99 = critical,DER:0500
`;

/** A policy that an authority made here gives tokens under unless another one is asked for. */
export const POLICY = "1.3.6.1.4.1.99999.1";
/** One that it knows too. */
export const OTHER_POLICY = "1.3.6.1.4.1.99999.2";

/** How a certificate is made. */
export interface IssuedAs {
  /** Section of {@link EXTENSIONS}. */
  readonly as: string;
  readonly by?: string;
  readonly key?: "ec" | "rsa" | "rsa1024";
  /** Below 0: it has ended. */
  readonly days?: number;
  /** Digest of the issuer's signature. */
  readonly md?: string;
}

/** How bytes are signed as a token. */
export interface SignedAs {
  readonly signer: string;
  readonly md?: string;
  /** More arguments of `openssl cms`; default: `-cades`, which names the certificate. */
  readonly args?: readonly string[];
}

/** Certificates, tokens and answers of authorities, made by openssl in a folder of their own. */
export class TimestampAuthorities implements AsyncDisposable {
  readonly dir: string;
  readonly #servers: { close(): unknown; closeAllConnections(): void }[] = [];
  #files = 0;

  private constructor(dir: string) {
    this.dir = dir;
  }

  /** With a root `root`, and an authority `tsa` under it. */
  static async make(): Promise<TimestampAuthorities> {
    const made = new TimestampAuthorities(await mkdtemp(join(tmpdir(), "tracepost-tsa-")));
    await writeFile(join(made.dir, "openssl.cnf"), EXTENSIONS);
    await writeFile(join(made.dir, "serial"), "01\n");
    await made.issue("root", { as: "root", by: "" });
    await made.issue("tsa", { as: "tsa" });
    return made;
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  /** Makes NAME.key and NAME.pem. */
  async issue(name: string, { as, by = "root", days = 30, key = "ec", md }: IssuedAs) {
    const algorithm =
      key === "ec"
        ? ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        : [`rsa:${key === "rsa" ? 2048 : 1024}`];
    const subject = ["-subj", `/C=AA/O=Made up for a test/CN=${name}`, "-config", "openssl.cnf"];
    const fresh = ["-newkey", ...algorithm, "-nodes", "-keyout", `${name}.key`];
    const signed = md === undefined ? [] : [`-${md}`];
    if (by === "") {
      const own = ["-x509", "-days", String(days), "-extensions", as, "-out", `${name}.pem`];
      await this.#openssl("req", ...own, ...fresh, ...subject);
      return;
    }
    await this.#openssl("req", ...fresh, ...subject, "-out", `${name}.csr`);
    const issuer = ["-CA", `${by}.pem`, "-CAkey", `${by}.key`, "-CAcreateserial"];
    const extensions = ["-extfile", "openssl.cnf", "-extensions", as];
    const files = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-days", String(days)];
    await this.#openssl("x509", "-req", ...files, ...issuer, ...extensions, ...signed);
  }

  /** DER of a certificate. */
  async der(name: string): Promise<Uint8Array> {
    const pem = await readFile(this.path(`${name}.pem`), "latin1");
    return Buffer.from(pem.replaceAll(/-----[A-Z ]+-----/gu, ""), "base64");
  }

  /** A request about a message by any digest, without a nonce. */
  async query(digest: string, message: Uint8Array): Promise<Buffer> {
    const [file, asked] = [this.#fresh("txt"), this.#fresh("tsq")];
    await writeFile(file, message);
    const files = ["-data", file, "-out", asked];
    await this.#openssl("ts", "-query", ...files, `-${digest}`, "-cert");
    return await readFile(asked);
  }

  /** The answer of an authority to a request, as `openssl ts -reply` gives it. */
  async reply(query: Uint8Array, { isNamed = true } = {}): Promise<Buffer> {
    const [config, asked, answer] = [this.#fresh("cnf"), this.#fresh("tsq"), this.#fresh("tsr")];
    const settings = {
      serial: this.path("serial"),
      crypto_device: "builtin",
      signer_cert: this.path("tsa.pem"),
      certs: this.path("root.pem"),
      signer_key: this.path("tsa.key"),
      signer_digest: "sha256",
      default_policy: POLICY,
      other_policies: OTHER_POLICY,
      digests: "sha1, sha256, sha384, sha512",
      accuracy: "secs:1, millisecs:500",
      tsa_name: isNamed ? "yes" : "no",
      ess_cert_id_alg: "sha256",
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    await writeFile(config, `[t]\n${lines.join("\n")}\n`);
    await writeFile(asked, query);
    const files = ["-queryfile", asked, "-out", answer];
    await this.#openssl("ts", "-reply", "-config", config, "-section", "t", ...files);
    return await readFile(answer);
  }

  /** Signs an encoded TSTInfo, of whatever it says, under whatever certificate. */
  async sign(info: Uint8Array, { args = ["-cades"], md = "sha256", signer }: SignedAs) {
    const [content, token] = [this.#fresh("der"), this.#fresh("tst")];
    await writeFile(content, info);
    const type = ["-econtent_type", "1.2.840.113549.1.9.16.1.4", "-binary", "-nodetach"];
    const key = ["-signer", `${signer}.pem`, "-inkey", `${signer}.key`, "-md", md];
    const files = ["-in", content, "-out", token, "-outform", "DER"];
    await this.#openssl("cms", "-sign", ...type, ...key, ...args, ...files);
    return await readFile(token);
  }

  /** Serves an authority on loopback; says its address. */
  async serve(answer: (query: Buffer) => Promise<Uint8Array> = (query) => this.reply(query)) {
    return await this.listen((request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        answer(Buffer.concat(pieces)).then(
          (bytes) => response.setHeader("content-type", "application/timestamp-reply").end(bytes),
          () => response.writeHead(500).end(),
        );
      });
    });
  }

  /** Any server on loopback. */
  async listen(handle: RequestListener): Promise<string> {
    const server = createServer(handle);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    this.#servers.push(server);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
    await rm(this.dir, { recursive: true, force: true });
  }

  #fresh(ending: string): string {
    this.#files += 1;
    return this.path(`${this.#files}.${ending}`);
  }

  async #openssl(...args: readonly string[]): Promise<void> {
    await run("openssl", args, { cwd: this.dir });
  }
}
