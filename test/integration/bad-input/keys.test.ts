import { generateKeyPairSync } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity } from "age-encryption";
import { afterAll, beforeAll } from "vitest";
import { TRUST_LIMITS } from "#runtime";
import {
  generateSealingKey,
  generateSigningKey,
  loadPublicKey,
  loadRegister,
  loadSealingKey,
  loadSigningKey,
  savePublicKey,
  saveSigningKey,
} from "#trust";
import {
  type BadInputRow,
  badInputs,
  pathsBelow,
  toldByFault,
  tryBadInputs,
} from "../../support/bad-input.ts";
import { makeParties } from "../../support/parties.ts";

let dir = "";
const at = (name: string): string => join(dir, name);
const remains = () => pathsBelow(dir);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-bad-keys-"));
  await mkdir(at("folder"));
  await writeFile(at("key"), "", { mode: 0o600 });
  await writeFile(at("other.bin"), "a,b,c\n");
  const parties = makeParties([{ id: "NE" }]);
  await savePublicKey(at("root.pub"), parties.root);
  await savePublicKey(at("other.pub"), generateSigningKey());
  await saveSigningKey(at("open.key"), generateSigningKey());
  await chmod(at("open.key"), 0o644);
  const register = Buffer.from(parties.registerBytes);
  await writeFile(at("register.bin"), register);
  await writeFile(at("cut.bin"), register.subarray(0, -1));
  await writeFile(at("turned.bin"), register.fill(register[40] === 1 ? 2 : 1, 40, 41));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

/** Content of the file `key`, or the name of a file that is there or is not. */
interface KeyInput {
  readonly text?: string;
  readonly name?: string;
  readonly load: (file: string) => Promise<unknown>;
}

const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
const RSA_PEM = rsa.export({ type: "pkcs8", format: "pem" }).toString();
const { identity } = await generateSealingKey();
const classic = await generateX25519Identity();
const BACK = "Put the key file back";
const LARGE = "x".repeat(TRUST_LIMITS.keyFileBytesMax + 1);

const KEYS: readonly BadInputRow<KeyInput>[] = [
  [
    "no signing key",
    "KEY_FILE",
    "absent.key",
    "cannot be read",
    BACK,
    { name: "absent.key", load: loadSigningKey },
  ],
  [
    "a key open to others",
    "KEY_FILE",
    "open.key",
    "mode 644",
    "chmod 600",
    { name: "open.key", load: loadSigningKey },
  ],
  [
    "a folder",
    "KEY_FILE",
    "folder",
    /is no key file|cannot be read/,
    BACK,
    { name: "folder", load: loadSigningKey },
  ],
  [
    "a file too large",
    "KEY_FILE",
    "key",
    "is no key file",
    BACK,
    { text: LARGE, load: loadSigningKey },
  ],
  ["no PEM", "KEY_FILE", "key", "PKCS#8 PEM", BACK, { text: "secret", load: loadSigningKey }],
  ["a key of RSA", "KEY_FILE", "key", "Ed25519", BACK, { text: RSA_PEM, load: loadSigningKey }],
  ["no public key", "KEY_FILE", "key", "SPKI PEM", BACK, { text: "public", load: loadPublicKey }],
  [
    "no identity",
    "KEY_FILE",
    "key",
    "one hybrid identity",
    BACK,
    { text: "# none\n", load: loadSealingKey },
  ],
  [
    "two identities",
    "KEY_FILE",
    "key",
    "one hybrid identity",
    BACK,
    { text: `${identity}\n${identity}\n`, load: loadSealingKey },
  ],
  [
    "an identity of the older kind",
    "KEY_FILE",
    "key",
    "hybrid",
    BACK,
    { text: `${classic}\n`, load: loadSealingKey },
  ],
  [
    "a letter wrong",
    "KEY_FILE",
    "key",
    "hybrid",
    BACK,
    { text: `${identity.slice(0, -1)}\n`, load: loadSealingKey },
  ],
];

tryBadInputs(
  "key files",
  badInputs(KEYS, async (given) => {
    if (given.text !== undefined) await writeFile(at("key"), given.text);
    return await toldByFault(() => given.load(at(given.name ?? "key")));
  }),
  remains,
);

const AGAIN = "Fetch the register again";

const REGISTERS: readonly BadInputRow<readonly [register: string, root: string]>[] = [
  ["no file", "VERIFICATION", "absent.bin", "cannot be read", AGAIN, ["absent.bin", "root.pub"]],
  ["one cut off", "VERIFICATION", "cut.bin", "MALFORMED", AGAIN, ["cut.bin", "root.pub"]],
  [
    "one bit turned",
    "VERIFICATION",
    "turned.bin",
    "SIGNATURE_INVALID",
    AGAIN,
    ["turned.bin", "root.pub"],
  ],
  [
    "another root key",
    "VERIFICATION",
    "register.signatures",
    "KEY_UNKNOWN",
    AGAIN,
    ["register.bin", "other.pub"],
  ],
  ["another file", "VERIFICATION", "other.bin", "MALFORMED", AGAIN, ["other.bin", "root.pub"]],
  ["no root key", "KEY_FILE", "absent.pub", "cannot be read", BACK, ["register.bin", "absent.pub"]],
];

tryBadInputs(
  "register files",
  badInputs(REGISTERS, ([register, root]) =>
    toldByFault(() => loadRegister(at(register), [at(root)])),
  ),
  remains,
);
