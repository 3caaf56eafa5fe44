import { ChildProcess, execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { TracepostError } from "#errors";
import { KeyStatement } from "#proto";
import { TRUST_LIMITS } from "#runtime";
import {
  ExternalSigner,
  fileSigner,
  generateSigningKey,
  type KeySigner,
  loadKeySigner,
  loadSealingKeys,
  makeOwnKeys,
  openKeyStatement,
  PAYLOAD_TYPES,
  renewOwnKeys,
  type SigningKeyPair,
  saveProtectedKey,
  savePublicKey,
  saveSigningKey,
  signatureAlgorithm,
  signerFor,
  verifyBytes,
} from "#trust";
import { signedBy } from "#wire";
import { rawSignature } from "../../../deploy/signer/raw-signature.ts";

const PROGRAM = join(import.meta.dirname, "../../../deploy/signer/main.ts");
const { header } = PAYLOAD_TYPES;
const payload = Buffer.from("what is signed");
const ed25519 = generateSigningKey();
const p256 = generateSigningKey(signatureAlgorithm("es256"));

let folder = "";
let held = "";
const opened: ExternalSigner[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-signers-"));
  held = join(folder, "held");
  await saveSigningKey(join(held, "first.pem"), ed25519);
  await saveSigningKey(join(held, "second.pem"), p256);
});

afterAll(async () => {
  await Promise.all(opened.map((signer) => signer.close()));
  await rm(folder, { recursive: true, force: true });
});

function signer(command: readonly string[], timeoutMs = 20_000): ExternalSigner {
  const one = new ExternalSigner({
    command: [process.execPath, ...command],
    cwd: folder,
    timeoutMs,
  });
  opened.push(one);
  return one;
}

/** A program of a few lines that is asked. */
const scripted = (script: string, timeoutMs?: number) => signer(["-e", script], timeoutMs);

async function faultOf(work: unknown): Promise<TracepostError> {
  const caught = await Promise.resolve(work).then(
    () => undefined,
    (fault: unknown) => fault,
  );
  expect(caught).toBeInstanceOf(TracepostError);
  return caught as TracepostError;
}

const isGood = async (key: KeySigner, signature: Uint8Array) =>
  await verifyBytes(key.publicKey, header, payload, signature);

describe("a key that signs", () => {
  it("does so under a payload type, wherever it lies (TP-SIGN-1)", async () => {
    const external = signer([PROGRAM, held]);
    const keys = [ed25519, p256].flatMap((pair) => [
      fileSigner(pair),
      external.key(pair.publicKey),
    ]);
    for (const key of keys) {
      const signature = await key.sign(header, payload);
      expect(signature).toHaveLength(64);
      expect(await isGood(key, signature)).toBe(true);
      expect(await verifyBytes(key.publicKey, PAYLOAD_TYPES.receipt, payload, signature)).toBe(
        false,
      );
    }
    const far = signerFor(external.key(p256.publicKey), header);
    const built = await signedBy(far, ({ keyId, sign }) => ({ keyId, value: sign(payload) }));
    expect(built.keyId).toBe(p256.keyId);
    expect(await isGood(fileSigner(p256), built.value)).toBe(true);
    expect(external.problem).toBeUndefined();
  });

  it("may be behind a program of its holder, which is given the digest alone", async () => {
    const pub = join(folder, "pub");
    await savePublicKey(join(pub, "card.pem"), p256);
    const script = `#!/bin/sh\nexec openssl pkeyutl -sign -inkey "${held}/second.pem"\n`;
    await writeFile(join(folder, "card.sh"), script, { mode: 0o700 });
    const key = signer([PROGRAM, pub, join(folder, "card.sh")]).key(p256.publicKey);
    // openssl gives S in either half, in DER.
    for (let round = 0; round < 4; round += 1) {
      expect(await isGood(key, await key.sign(header, payload))).toBe(true);
    }
  });

  it("gives no signature that its public key does not verify (TP-SIGN-2)", async () => {
    const lies = scripted(`
      require("node:readline").createInterface({ input: process.stdin }).on("line", (line) =>
        console.log(JSON.stringify({ id: JSON.parse(line).id, signature: "A".repeat(86) + "==" })));
    `);
    for (const pair of [ed25519, p256]) {
      const fault = await faultOf(lies.key(pair.publicKey).sign(header, payload));
      expect(fault).toMatchObject({ code: "UNAVAILABLE" });
      expect(fault.message).toContain(`key ${pair.keyId} does not verify`);
      expect(lies.problem).toBe(fault.message);
    }
  });
});

describe("a program that signs (TP-SIGN-3)", () => {
  it("which ended is started again, and the problem is gone with the next signature", async () => {
    const flag = join(folder, "away");
    const once = scripted(`
      const fs = require("node:fs");
      if (!fs.existsSync(${JSON.stringify(flag)})) {
        fs.writeFileSync(${JSON.stringify(flag)}, "");
        process.exit(7);
      }
      process.argv[2] = ${JSON.stringify(held)};
      process.argv[1] = ${JSON.stringify(PROGRAM)};
      import(${JSON.stringify(PROGRAM)});
    `);
    const key = once.key(ed25519.publicKey);
    expect((await faultOf(key.sign(header, payload))).message).toBe("the signer has ended (7)");
    expect(once.problem).toBe("the signer has ended (7)");
    expect(await isGood(key, await key.sign(header, payload))).toBe(true);
    expect(once.problem).toBeUndefined();
  });

  it.each([
    ["is not there", () => signer([]), "cannot be started"],
    ["says nothing", () => scripted("process.stdin.resume()", 300), "no signature for 0.3 s"],
    [
      "says something else",
      () => scripted("process.stdin.on('data', () => console.log('PIN 1234 ok'))"),
      "a line that is no answer",
    ],
    [
      "never ends its line",
      () => scripted("process.stdin.on('data', () => process.stdout.write('x'.repeat(1e5)))"),
      "too long",
    ],
    [
      "has no such key",
      () => signer([PROGRAM, join(folder, "pub"), "/bin/true"]),
      "there is no such key here",
    ],
  ])("and %s is a fault that passes, without what it wrote", async (what, make, said) => {
    const away =
      what === "is not there"
        ? new ExternalSigner({ command: ["/nowhere/signer"], cwd: folder })
        : make();
    opened.push(away);
    const fault = await faultOf(away.key(ed25519.publicKey).sign(header, payload));
    expect(fault).toMatchObject({ code: "UNAVAILABLE" });
    expect(fault.message).toContain(said);
    expect(fault.remedy).toContain("kept and tried again");
    expect(`${fault.message} ${fault.remedy} ${away.problem}`).not.toContain("1234");
  });

  it("has its time for each answer anew: one is given after the other", async () => {
    // With each question after the fifth it answers the oldest.
    const slow = scripted(
      `
      const { readKeys } = require(${JSON.stringify(join(PROGRAM, "../held-keys.ts"))});
      const keys = readKeys(${JSON.stringify(held)});
      const waiting = [];
      require("node:readline").createInterface({ input: process.stdin }).on("line", async (line) => {
        if (waiting.push(line) <= 5) return;
        console.log(JSON.stringify(await keys.answer(JSON.parse(waiting.shift()))));
      });
      `,
      1_200,
    );
    const key = slow.key(ed25519.publicKey);
    const ask = async () => await key.sign(header, payload);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const unanswered: Promise<unknown>[] = [];
      for (const asked of Array.from({ length: 5 }, ask)) {
        vi.advanceTimersByTime(1_000);
        unanswered.push(faultOf(ask()));
        expect(await isGood(key, await asked)).toBe(true);
      }
      await slow.close();
      await Promise.all(unanswered);
    } finally {
      vi.useRealTimers();
    }
  });

  it("has so many questions waiting, and is asked no more when it is closed", async () => {
    const silent = scripted("process.stdin.resume();");
    const key = silent.key(ed25519.publicKey);
    const ask = () => faultOf(key.sign(header, payload));
    const waiting = Array.from({ length: TRUST_LIMITS.signaturesWaitingMax }, ask);
    const remedy = expect.stringMatching(/^Start the signer by hand .* kept and tried again\.$/);
    const crowd = `${TRUST_LIMITS.signaturesWaitingMax} signatures are waited for`;
    expect(await ask()).toMatchObject({ code: "UNAVAILABLE", message: crowd, remedy });
    await silent.close();
    for (const fault of [...(await Promise.all(waiting)), await ask()]) {
      expect(fault).toMatchObject({ code: "UNAVAILABLE", message: "the signer is closed", remedy });
    }
    expect(silent.problem, "that we have closed it is none").toBeUndefined();
  });

  it("ends with its input where it may not be killed, as one of another user", async () => {
    const flag = join(folder, "ended");
    const kill = vi.spyOn(ChildProcess.prototype, "kill").mockReturnValue(false);
    const deaf = scripted(
      `process.stdin.resume().on("end", () =>
         require("node:fs").writeFileSync(${JSON.stringify(flag)}, ""));`,
      300,
    );
    try {
      const fault = await faultOf(deaf.key(ed25519.publicKey).sign(header, payload));
      expect(fault.message).toContain("no signature for");
      await vi.waitFor(async () => await readFile(flag), { timeout: 20_000 });
    } finally {
      kill.mockRestore();
    }
  });

  it("that ends while nobody waits is no problem until it is asked again", async () => {
    const mark = "ends after its first answer";
    const brief = scripted(`
      // ${mark}
      process.argv[2] = ${JSON.stringify(held)};
      process.argv[1] = ${JSON.stringify(PROGRAM)};
      const write = process.stdout.write.bind(process.stdout);
      process.stdout.write = (text) => write(text, () => process.exit(0));
      import(${JSON.stringify(PROGRAM)});
    `);
    const key = brief.key(ed25519.publicKey);
    const told = vi.spyOn(ChildProcess.prototype, "emit");
    const hasClosed = () =>
      (told.mock.calls as unknown[][]).some(([name], at) => {
        const child = told.mock.contexts[at] as ChildProcess;
        return name === "close" && child.spawnargs.join().includes(mark);
      });
    try {
      expect(await isGood(key, await key.sign(header, payload))).toBe(true);
      await vi.waitFor(() => expect(hasClosed()).toBe(true), { timeout: 20_000 });
    } finally {
      told.mockRestore();
    }
    expect(brief.problem).toBeUndefined();
    expect(await isGood(key, await key.sign(header, payload))).toBe(true);
  });

  it("cannot be started while the machine has no free files, and nothing falls over", () => {
    const script = `
      const { openSync } = require("node:fs");
      import("#trust").then(async ({ ExternalSigner, generateSigningKey, PAYLOAD_TYPES }) => {
        const signer = new ExternalSigner({ command: ["/bin/cat"], cwd: "/" });
        const key = signer.key(generateSigningKey().publicKey);
        console.log("begun");
        try { for (;;) openSync("/dev/null"); } catch {}
        await key.sign(PAYLOAD_TYPES.header, Buffer.from("x")).catch((fault) => {
          console.log(fault.code, fault.message);
        });
      });
    `;
    const shell = `ulimit -n 60; exec "$0" -e "$1"`;
    const root = join(import.meta.dirname, "../../..");
    const said = execFileSync("/bin/sh", ["-c", shell, process.execPath, script], { cwd: root });
    expect(`${said}`).toMatch(/UNAVAILABLE the signer \/bin\/cat cannot be started \(EMFILE\)/);
  });

  it("refuses private keys that others can read", async () => {
    const open = join(folder, "open");
    await saveSigningKey(join(open, "one.pem"), ed25519);
    execFileSync("chmod", ["644", join(open, "one.pem")]);
    const fault = await faultOf(
      signer([PROGRAM, open]).key(ed25519.publicKey).sign(header, payload),
    );
    expect(fault.message).toBe("the signer has ended (2)");
  });

  it("reads signatures raw or in DER, and nothing else", () => {
    const raw = Buffer.alloc(64, 7);
    expect(rawSignature(raw)).toBe(raw);
    const der = Buffer.from("3006020105020200ff", "hex");
    expect(rawSignature(Buffer.concat([der, Buffer.alloc(0)]))).toBeUndefined();
    expect(rawSignature(Buffer.from("300702010502020080", "hex"))?.toString("hex")).toBe(
      `${"05".padStart(64, "0")}${"80".padStart(64, "0")}`,
    );
    for (const bad of ["", "30", "3000", "3007020105020200", "30060201050201", "300302017f"]) {
      expect(rawSignature(Buffer.from(bad, "hex"))).toBeUndefined();
    }
  });
});

describe("a key folder (TP-SIGN-4)", () => {
  const ask = async () => "a passphrase of words";
  const said = async () => await readFile(join(folder, "mine", "seal.age"), "utf8");

  it("holds keys under a passphrase, and the public half of what a program holds", async () => {
    const mine = join(folder, "mine");
    await savePublicKey(join(mine, "header.key"), p256);
    const source = { ask, external: signer([PROGRAM, held]) };
    const passphrase = await ask();
    const signed = await makeOwnKeys("NE", mine, Date.now(), { ...source, passphrase });
    const statement = openKeyStatement(signed, "statement");
    if (!statement.ok) expect.unreachable(statement.refusal.detail);
    expect(statement.value.statement.signingKeys[0]?.keyId).toBe(p256.keyId);
    expect(await said()).toMatch(/^-----BEGIN AGE ENCRYPTED FILE/);
    expect((await loadKeySigner(join(mine, "header.key"), source)).keyId).toBe(p256.keyId);
    const before = KeyStatement.decode(signed.statement);
    const renewal = { header: false, identity: false, sealing: true, fromMs: 0 };
    const next = await renewOwnKeys(before, mine, renewal, Date.now(), { ...source, passphrase });
    expect(openKeyStatement(next, "statement").ok).toBe(true);
    expect(await loadSealingKeys(mine, ask)).toHaveLength(2);
    for (const file of ["identity.key", "header.key"]) {
      const fault = await faultOf(loadKeySigner(join(mine, file)));
      expect(fault).toMatchObject({ code: "KEY_FILE" });
      expect(fault.message).toContain(file);
      expect(fault.remedy).toMatch(/passphrase|signer/);
    }
    const wrong = { ask: async () => "another passphrase" };
    const fault = await faultOf(loadKeySigner(join(mine, "identity.key"), wrong));
    expect(fault.message).toContain("does not open with this passphrase");
    expect(`${fault.message} ${fault.remedy}`).not.toContain("another");
  });

  it("is not made over private keys, and takes no public half that is none", async () => {
    const other = join(folder, "other");
    await saveSigningKey(join(other, "identity.key"), ed25519 as SigningKeyPair);
    expect((await faultOf(makeOwnKeys("NE", other, 0))).message).toContain("another key already");
    const bad = join(folder, "bad.key");
    await writeFile(bad, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
    expect((await faultOf(loadKeySigner(bad))).message).toContain("no Ed25519 or P-256 public key");
    const short = saveProtectedKey(join(folder, "short.key"), ed25519, "too short");
    expect(await faultOf(short)).toMatchObject({ code: "USAGE" });
  });
});
