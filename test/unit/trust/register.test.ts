import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  Boundness,
  Instrument,
  KeyPurpose,
  Participant,
  ParticipantRegister,
  ParticipantStatus,
  Role,
  SignedRegister,
  SigningKey,
} from "#proto";
import {
  formatRegisterBundle,
  generateSealingKey,
  generateSigningKey,
  loadRegister,
  openRegister,
  openRegisterOf,
  type SealingKeyPair,
  savePublicKey,
  signRegister,
} from "#trust";
import { toTimestamp } from "#wire";
import { createSigner, PAYLOAD_TYPES } from "../../../lib/trust/dsse.ts";
import { RegisterAuthority } from "../../support/register-authority.ts";

const NOW_MS = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const root = generateSigningKey();
let sealing: SealingKeyPair;
let laterSealing: SealingKeyPair;
let folder = "";

beforeAll(async () => {
  sealing = await generateSealingKey();
  laterSealing = await generateSealingKey();
  folder = await mkdtemp(join(tmpdir(), "tracepost-register-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const at = (days: number) => toTimestamp(NOW_MS + days * DAY_MS);

function keyOf(purpose: KeyPurpose, changes: Partial<SigningKey> = {}): SigningKey {
  const { keyId, publicRaw } = generateSigningKey();
  const window = { notBefore: at(-100), notAfter: at(100), revokedAt: undefined };
  return SigningKey.create({ keyId, publicKey: publicRaw, purpose, ...window, ...changes });
}

function participantOf(changes: Partial<Participant> = {}): Participant {
  return Participant.create({
    id: "NE",
    legalName: "Focal point of NE (made up)",
    role: Role.FOCAL_POINT,
    state: "NE",
    status: ParticipantStatus.ACTIVE,
    instruments: [
      { instrument: Instrument.ITI, boundness: Boundness.COMMITTED, since: at(-1_000) },
    ],
    signingKeys: [keyOf(KeyPurpose.HEADER)],
    sealingKeys: [
      { recipient: sealing.recipient, notBefore: at(-100), notAfter: at(100) },
      { recipient: laterSealing.recipient, notBefore: at(10), notAfter: at(200) },
    ],
    languages: ["fr"],
    ...changes,
  });
}

function registerOf(changes: Partial<ParticipantRegister> = {}): ParticipantRegister {
  return ParticipantRegister.create({
    version: 3n,
    issuedAt: at(-1),
    expiresAt: at(30),
    logOrigin: "tracepost.example/log",
    participants: [participantOf()],
    gatewayKeys: [keyOf(KeyPurpose.RECEIPT), keyOf(KeyPurpose.CHECKPOINT)],
    ...changes,
  });
}

const open = (register: ParticipantRegister) =>
  openRegister(signRegister(register, [root]), [root.publicKey]);

describe("a participant register", () => {
  it("answers with what was signed", () => {
    const register = registerOf();
    const outcome = open(register);
    if (!outcome.ok) throw new TypeError(outcome.refusal.detail);
    const view = outcome.value;
    expect(view.version).toBe(3n);
    expect(view.logOrigin).toBe("tracepost.example/log");
    expect(view.issuedAtMs).toBe(NOW_MS - DAY_MS);
    expect(view.expiresAtMs).toBe(NOW_MS + 30 * DAY_MS);
    expect(view.participants.map(({ id }) => id)).toEqual(["NE"]);
    expect(view.participant("NE")?.legalName).toContain("made up");
    expect(view.participant("BR")).toBeUndefined();
    const header = register.participants[0]?.signingKeys[0];
    expect(view.signingKey(header?.keyId ?? "")?.participant?.id).toBe("NE");
    const [receiptKey] = view.gatewayKeys(KeyPurpose.RECEIPT);
    expect(receiptKey?.key.keyId).toBe(register.gatewayKeys[0]?.keyId);
    expect(receiptKey?.participant).toBeUndefined();
    expect(view.gatewayKeys(KeyPurpose.REGISTER)).toEqual([]);
    expect(view.signingKey("00".repeat(16))).toBeUndefined();
  });

  it("gives the newest sealing key that is valid at the time", () => {
    const outcome = open(registerOf());
    if (!outcome.ok) throw new TypeError(outcome.refusal.detail);
    const recipientAt = (days: number) =>
      outcome.value.sealingRecipient("NE", NOW_MS + days * DAY_MS);
    expect(recipientAt(-101)).toBeUndefined();
    expect(recipientAt(0)).toBe(sealing.recipient);
    expect(recipientAt(10)).toBe(laterSealing.recipient);
    expect(recipientAt(199)).toBe(laterSealing.recipient);
    expect(recipientAt(200)).toBeUndefined();
    expect(outcome.value.sealingRecipient("BR", NOW_MS)).toBeUndefined();
  });

  it("is refused unless every root key that is known has signed these bytes", () => {
    const second = generateSigningKey();
    const bytes = signRegister(registerOf(), [root]);
    const both = signRegister(registerOf(), [root, second]);
    const codeOf = (outcome: ReturnType<typeof openRegister>) =>
      outcome.ok ? "ok" : outcome.refusal.code;
    expect(codeOf(openRegister(both, [root.publicKey, second.publicKey]))).toBe("ok");
    expect(codeOf(openRegister(bytes, [root.publicKey, second.publicKey]))).toBe("KEY_UNKNOWN");
    expect(codeOf(openRegister(bytes, [second.publicKey]))).toBe("KEY_UNKNOWN");
    expect(codeOf(openRegister(bytes, []))).toBe("KEY_UNKNOWN");
    const signed = SignedRegister.decode(bytes);
    const other = SignedRegister.decode(signRegister(registerOf({ version: 4n }), [root]));
    const swapped = SignedRegister.encode({ ...signed, register: other.register }).finish();
    expect(codeOf(openRegister(swapped, [root.publicKey]))).toBe("SIGNATURE_INVALID");
    for (const [roots, detail] of [
      [[], "no root key is known"],
      [[second.publicKey], "lack one of a root key"],
    ] as const) {
      const refusal = { code: "KEY_UNKNOWN", field: "register.signatures", detail };
      expect(openRegister(bytes, roots)).toEqual({ ok: false, refusal });
    }
  });

  it("signed as something else is refused", () => {
    const bytes = ParticipantRegister.encode(registerOf()).finish();
    const value = new Uint8Array(64);
    const signed = SignedRegister.encode({
      register: bytes,
      signatures: [{ keyId: root.keyId, value }],
    }).finish();
    const outcome = openRegister(signed, [root.publicKey]);
    expect(outcome).toMatchObject({ ok: false, refusal: { code: "SIGNATURE_INVALID" } });
  });

  it("that is no register, or too large, is refused", () => {
    for (const bytes of [Buffer.from("not a register"), Buffer.from([0x0a, 0xff])]) {
      const outcome = openRegister(bytes, [root.publicKey]);
      expect(outcome).toMatchObject({ ok: false, refusal: { code: "MALFORMED" } });
    }
    const most = 16 * 1_024 * 1_024;
    const refusalOf = (length: number) => openRegister(new Uint8Array(length), [root.publicKey]);
    expect(refusalOf(most + 1)).toEqual({
      ok: false,
      refusal: { code: "TOO_LARGE", field: "register", detail: `over ${most} bytes` },
    });
    expect(refusalOf(most)).toMatchObject({ refusal: { code: "MALFORMED", field: "register" } });
    const junk = Buffer.from([0x0a, 0xff]);
    const signer = createSigner(root, PAYLOAD_TYPES.register);
    const signatures = [{ keyId: signer.keyId, value: signer.sign(junk) }];
    const inside = SignedRegister.encode({ register: junk, signatures }).finish();
    expect(openRegister(inside, [root.publicKey])).toEqual({
      ok: false,
      refusal: { code: "MALFORMED", field: "register", detail: "is not encoded as we do" },
    });
  });

  const key = keyOf(KeyPurpose.HEADER);
  const cases: readonly [what: string, field: string, register: () => ParticipantRegister][] = [
    ["version zero", "version", () => registerOf({ version: 0n })],
    ["an expiry before its issue", "expires_at", () => registerOf({ expiresAt: at(-2) })],
    ["no expiry", "expires_at", () => registerOf({ expiresAt: undefined })],
    ["an origin with a blank", "log_origin", () => registerOf({ logOrigin: "a log" })],
    ["an origin of two lines", "log_origin", () => registerOf({ logOrigin: "a\nb" })],
    ["an id that is a wildcard", "participants", () => withParticipant({ id: "*" })],
    ["the reserved id GATEWAY", "participants", () => withParticipant({ id: "GATEWAY" })],
    ["a participant twice", "NE", () => registerOf({ participants: [fresh(), fresh()] })],
    ["another State than the id's", "NE].state", () => withParticipant({ state: "BR" })],
    [
      "a State for an organization",
      "ORG-ECOWAS].state",
      () => withParticipant({ id: "ORG-ECOWAS", state: "NE" }),
    ],
    ["no role", "NE].role", () => withParticipant({ role: Role.UNSPECIFIED })],
    ["an unknown role", "NE].role", () => withParticipant({ role: 77 as Role })],
    ["no status", "NE].status", () => withParticipant({ status: ParticipantStatus.UNSPECIFIED })],
    ["a standing without a date", "NE].instruments", () => withStanding({ since: undefined })],
    ["a standing that ends early", "NE].instruments", () => withStanding({ until: at(-2_000) })],
    ["a standing to nothing", "NE].instruments", () => withStanding({ instrument: 0 })],
    ["a standing of no kind", "NE].instruments", () => withStanding({ boundness: 0 })],
    ["a key under another id", "signing_keys", () => withKey({ keyId: "00".repeat(16) })],
    ["a key that is too short", "signing_keys", () => withKey({ publicKey: new Uint8Array(31) })],
    ["a key without an end", "signing_keys", () => withKey({ notAfter: undefined })],
    ["a key for receipts", "signing_keys", () => withKey({ purpose: KeyPurpose.RECEIPT })],
    [
      "one key of two participants",
      "participants",
      () =>
        registerOf({
          participants: [
            participantOf({ signingKeys: [key], sealingKeys: [] }),
            participantOf({ id: "BR", state: "BR", signingKeys: [key], sealingKeys: [] }),
          ],
        }),
    ],
    [
      "a gateway key for headers",
      "gateway_keys",
      () => registerOf({ gatewayKeys: [keyOf(KeyPurpose.HEADER)] }),
    ],
    [
      "a sealing key that is not hybrid",
      "sealing_keys",
      () =>
        withParticipant({
          sealingKeys: [{ recipient: "age1abc", notBefore: at(-1), notAfter: at(1) }],
        }),
    ],
  ];
  const fresh = () => participantOf({ signingKeys: [], sealingKeys: [] });
  const withParticipant = (changes: Partial<Participant>) =>
    registerOf({ participants: [participantOf(changes)] });
  const withKey = (changes: Partial<SigningKey>) =>
    withParticipant({ signingKeys: [keyOf(KeyPurpose.HEADER, changes)] });
  const withStanding = (changes: Partial<Participant["instruments"][number]>) => {
    const standing = {
      instrument: Instrument.ITI,
      boundness: Boundness.PARTY,
      since: at(-1_000),
      until: undefined,
    };
    return withParticipant({ instruments: [{ ...standing, ...changes }] });
  };

  it.each(cases)("with %s is refused as a whole", (_what, field, register) => {
    const outcome = open(register());
    expect(outcome).toMatchObject({ ok: false, refusal: { code: "MALFORMED" } });
    expect(outcome.ok ? "" : outcome.refusal.field).toContain(field);
  });

  it("takes an organization without a State", () => {
    expect(open(withParticipant({ id: "ORG-ECOWAS", state: "" })).ok).toBe(true);
  });
});

describe("a register file", () => {
  it("is read with the public root keys beside it", async () => {
    const file = join(folder, "register.bin");
    const rootFile = join(folder, "root-1.pub");
    await writeFile(file, signRegister(registerOf(), [root]));
    await savePublicKey(rootFile, root);
    expect((await loadRegister(file, [rootFile])).version).toBe(3n);
  });

  it("that is absent, or of another root, says so with what to do", async () => {
    const rootFile = join(folder, "root-2.pub");
    const foreign = join(folder, "foreign.bin");
    await savePublicKey(rootFile, root);
    await writeFile(foreign, signRegister(registerOf(), [generateSigningKey()]));
    const remedy = "Fetch the register again from the secretariat; do not work with this one.";
    const absent = join(folder, "absent.bin");
    await expect(loadRegister(absent, [rootFile])).rejects.toMatchObject({
      ...{ code: "VERIFICATION", message: `${absent} cannot be read`, remedy },
    });
    const unsigned = {
      code: "VERIFICATION",
      problems: ["register.signatures lack one of a root key (KEY_UNKNOWN)"],
      remedy,
    };
    const says = (name: string) => ({
      ...unsigned,
      message: `${name} is no register signed by the root keys`,
    });
    await expect(loadRegister(foreign, [rootFile])).rejects.toMatchObject(says(foreign));
    const bytes = signRegister(registerOf(), [generateSigningKey()]);
    await expect(openRegisterOf(bytes, "it", [rootFile])).rejects.toMatchObject(says("it"));
    const good = signRegister(registerOf(), [root]);
    expect((await openRegisterOf(good, "it", [rootFile])).version).toBe(3n);
  });

  it("of manifests and entries is refused in the words of the wire", () => {
    const authority = new RegisterAuthority();
    const bundle = authority.issue([]);
    const roots = authority.roots.pairs.map(({ publicKey }) => publicKey);
    const refusal = (bytes: Uint8Array, keys = roots) => {
      const opened = openRegister(bytes, keys);
      return opened.ok ? "good" : Object.values(opened.refusal).join(" ");
    };
    expect(refusal(formatRegisterBundle(bundle))).toBe("good");
    expect(refusal(formatRegisterBundle(bundle), [root.publicKey])).toBe(
      "KEY_UNKNOWN register.manifest of version 1 is not signed by enough of " +
        "both the old and new root keys (THRESHOLD)",
    );
    const entries = authority.issue([], { logOrigin: "" });
    expect(refusal(formatRegisterBundle(entries))).toBe(
      "MALFORMED register.log_origin is no origin (MALFORMED)",
    );
  });
});
