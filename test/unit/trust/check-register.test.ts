import { describe, expect, it } from "vitest";
import {
  KeyPurpose,
  LogKey,
  LogWitness,
  Participant,
  ParticipantRegister,
  SignedRegister,
  type SigningKey,
} from "#proto";
import { generateLogKey, generateSigningKey } from "#trust";
import { toTimestamp } from "#wire";
import { checkRegister } from "../../../lib/trust/check-register.ts";
import { createRegisterView } from "../../../lib/trust/register-view.ts";
import { isLogKey, witnessProblem } from "../../../lib/trust/versions/log-trust.ts";
import { makeParties } from "../../support/parties.ts";
import { keyOf } from "../../support/register-authority.ts";

/** What a register says as a whole: each rule, and what is refused (TP-TRUST-4, TP-LOG-17). */

const parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }]);
const good = ParticipantRegister.decode(SignedRegister.decode(parties.registerBytes).register);
const check = (changes: Partial<ParticipantRegister>) => {
  const refusal = checkRegister({ ...good, ...changes });
  return refusal === undefined ? "good" : `${refusal.code} ${refusal.field} ${refusal.detail}`;
};
const bad = (field: string, detail: string) => `MALFORMED register.${field} ${detail}`;
const [NE, BR, AT] = good.participants as [Participant, Participant, Participant];
const fresh = (purpose: KeyPurpose) => keyOf(generateSigningKey(), purpose);

function logKey(change: Partial<LogKey> = {}): LogKey {
  const { keyId, publicRaw } = generateLogKey();
  const window = { notBefore: toTimestamp(1_000), notAfter: toTimestamp(2_000) };
  return LogKey.create({ keyId, publicKey: publicRaw, ...window, ...change });
}

const witness = (participant: string, change: Partial<LogWitness> = {}): LogWitness =>
  LogWitness.create({
    ...{ name: `w.example/${participant}`, participant, url: "" },
    publicKey: generateSigningKey().publicRaw,
    ...change,
  });

describe("a register", () => {
  it.each<[said: string, changes: Partial<ParticipantRegister>]>([
    ["good", {}],
    ["good", { participants: [], groups: [], witnesses: undefined }],
    [bad("version", "begins at 1"), { version: 0n }],
    [bad("expires_at", "must be later than issued_at"), { expiresAt: good.issuedAt }],
    [bad("log_origin", "is no origin"), { logOrigin: "" }],
    [bad("log_origin", "is no origin"), { logOrigin: "/begins/so" }],
    [bad("log_origin", "is no origin"), { logOrigin: "a+b" }],
    [bad("log_origin", "is no origin"), { logOrigin: "a".repeat(201) }],
    ["good", { logOrigin: "a".repeat(200) }],
    [
      bad("participants", `holds "${"x".repeat(32)}"`),
      { participants: [{ ...NE, id: "x".repeat(40) }] },
    ],
    [bad("participants[NE]", "is there twice"), { participants: [NE, NE] }],
    [
      bad("participants[BR].languages", "hold no BCP 47 tag"),
      { participants: [NE, { ...BR, languages: ["?"] }] },
    ],
    [
      bad("groups[COAST].members", "must be one receiving unit for each State"),
      { groups: [{ name: "COAST", members: [] }] },
    ],
    [bad("gateway_keys", "hold a bad key"), { gatewayKeys: [fresh(KeyPurpose.FRESHNESS)] }],
    [
      bad("gateway_keys", "hold a bad key"),
      { gatewayKeys: [fresh(KeyPurpose.RECEIPT), { ...fresh(KeyPurpose.RECEIPT), keyId: "00" }] },
    ],
    [
      bad("log_keys", "hold a bad key, or too many"),
      { logKeys: [logKey({ notAfter: undefined })] },
    ],
    [
      bad("witnesses", "have a quorum that is not more than half of them"),
      { witnesses: { quorum: 0, witnesses: [witness("NE")] } },
    ],
  ])("%s", (said, changes) => {
    expect(check(changes)).toBe(said);
  });

  it("has so many participants, and keys of its log", () => {
    const many = (count: number) =>
      Array.from({ length: count }, () => Participant.create({ id: "no id" }));
    expect(check({ participants: many(501) })).toBe("TOO_LARGE register.participants over 500");
    expect(check({ participants: many(500) })).toBe(bad("participants", 'holds "no id"'));
    const logKeys = Array.from({ length: 9 }, () => logKey());
    expect(check({ logKeys: logKeys.slice(1) })).toBe("good");
    expect(check({ logKeys })).toBe(bad("log_keys", "hold a bad key, or too many"));
  });

  it("gives each key to one owner, for one purpose", () => {
    const twice = bad("participants", "hold a key twice");
    const receipt = fresh(KeyPurpose.RECEIPT);
    const checkpoint = { ...receipt, purpose: KeyPurpose.CHECKPOINT };
    expect(check({ gatewayKeys: [receipt, checkpoint] })).toBe(twice);
    const header = NE.signingKeys[0] as SigningKey;
    expect(check({ participants: [NE, { ...BR, signingKeys: [header] }] })).toBe(twice);
    expect(check({ gatewayKeys: [{ ...header, purpose: KeyPurpose.RECEIPT }] })).toBe(twice);
    const sealing = { recipient: "age1pq1a", notBefore: toTimestamp(1), notAfter: toTimestamp(2) };
    const sealed = (one: Participant, recipient: string) => ({
      ...one,
      sealingKeys: [{ ...sealing, recipient }],
    });
    const both = (second: string) =>
      check({ participants: [sealed(NE, "age1pq1a"), sealed(BR, second)] });
    expect(both("age1pq1b")).toBe("good");
    expect(both("age1pq1a")).toBe(twice);
    const key = logKey();
    expect(check({ logKeys: [key, key] })).toBe(twice);
    const own = { quorum: 1, witnesses: [witness("NE", { publicKey: header.publicKey })] };
    expect(check({ witnesses: own })).toBe(twice);
  });
});

describe("the look-ups over a register", () => {
  it("give as keys of the gateway its own alone", () => {
    const own = fresh(KeyPurpose.RECEIPT);
    const posed = { ...NE, signingKeys: [fresh(KeyPurpose.RECEIPT)] };
    const register = { ...good, participants: [posed], gatewayKeys: [own] };
    const view = createRegisterView(register);
    expect(view.gatewayKeys(KeyPurpose.RECEIPT).map(({ key }) => key)).toEqual([own]);
    expect(view.gatewayKeys(KeyPurpose.CHECKPOINT)).toEqual([]);
    expect(view.signingKey(own.keyId)).toMatchObject({ key: own, participant: undefined });
    expect(view.signingKey(posed.signingKeys[0]?.keyId ?? "")?.participant).toBe(posed);
    expect(view.sealingRecipient("XK", 0)).toBeUndefined();
  });

  it("know the keys that sign freshness by their purpose alone: they sign no message", () => {
    const key = fresh(KeyPurpose.FRESHNESS);
    const view = createRegisterView(good, [key]);
    expect(view.gatewayKeys(KeyPurpose.FRESHNESS)).toMatchObject([{ key }]);
    expect(view.signingKey(key.keyId)).toBeUndefined();
    expect(createRegisterView(good).gatewayKeys(KeyPurpose.FRESHNESS)).toEqual([]);
  });

  it("leave out log keys that are revoked, and know no witness by default", () => {
    const [valid, revoked] = [logKey(), logKey({ revokedAt: toTimestamp(1_500) })];
    const view = createRegisterView({ ...good, logKeys: [revoked, valid], witnesses: undefined });
    expect(view.logKeyIds).toEqual([valid.keyId]);
    expect(view.logKeys).toHaveLength(1);
    expect(view.witnesses).toEqual({ quorum: 0, witnesses: [] });
    const one = witness("NE");
    const watched = createRegisterView({ ...good, witnesses: { quorum: 1, witnesses: [one] } });
    expect(watched.witnesses.quorum).toBe(1);
    expect(watched.witnesses.witnesses).toMatchObject([
      { name: one.name, participant: "NE", url: "", publicKey: { asymmetricKeyType: "ed25519" } },
    ]);
  });
});

describe("what a register says of its log", () => {
  it.each<[what: string, key: LogKey, isGood: boolean]>([
    ["a key", logKey(), true],
    ["a key under another id", logKey({ keyId: "0".repeat(32) }), false],
    ["a key without an end", logKey({ notAfter: undefined }), false],
    ["a key of another suite", LogKey.create(fresh(KeyPurpose.CHECKPOINT)), false],
  ])("%s: %#", (_what, key, isGood) => {
    expect(isLogKey(key)).toBe(isGood);
  });

  const ids = Array.from({ length: 16 }, (_, place) => `A${String.fromCharCode(65 + place)}`);
  const participants = [NE, BR, AT, ...ids.map((id) => Participant.create({ id }))];
  const problem = (quorum: number, ...witnesses: LogWitness[]) =>
    witnessProblem({ quorum, witnesses }, participants);
  const half = "have a quorum that is not more than half of them";

  it("is watched by fifteen at most, more than half of whom must agree", () => {
    const many = ids.map((id) => witness(id));
    expect(problem(8, ...many.slice(1))).toBeUndefined();
    expect(problem(9, ...many)).toBe("hold too many");
    const [one, two, three] = many as [LogWitness, LogWitness, LogWitness];
    expect(problem(1, one, two)).toBe(half);
    expect(problem(2, one, two)).toBeUndefined();
    expect(problem(3, one, two)).toBe(half);
    expect(problem(1, one, two, three)).toBe(half);
    expect(problem(2, one, two, three)).toBeUndefined();
    expect(problem(0)).toBe(half);
  });

  it.each<[problem: string | undefined, change: Partial<LogWitness>]>([
    [undefined, { url: "https://w.example/a" }],
    [undefined, { url: "http://w.example" }],
    [undefined, { url: `https://${"w".repeat(192)}` }],
    ["hold a bad one", { url: `https://${"w".repeat(193)}` }],
    ["hold a bad one", { url: "https://" }],
    ["hold a bad one", { url: "ftp://w.example" }],
    ["hold a bad one", { url: " https://w.example" }],
    ["hold a bad one", { url: "https://w.example/?a" }],
    ["hold a bad one", { url: "https://w.example/#a" }],
    ["hold a bad one", { url: "https://w.example/a b" }],
    [undefined, { name: "w".repeat(200) }],
    ["hold a bad one", { name: "w".repeat(201) }],
    ["hold a bad one", { name: "" }],
    ["hold a bad one", { name: "a+b" }],
    ["hold a bad one", { name: ".a" }],
    ["hold a bad one", { participant: "XK" }],
    ["hold a bad one", { publicKey: new Uint8Array(33) }],
  ])("%s: %o", (says, change) => {
    expect(problem(2, witness("NE", change), witness("BR"))).toBe(says);
  });

  it("is watched by one of each State, each with a name and key of its own", () => {
    const states = [...participants, Participant.create({ id: "BR-CUSTOMS" })];
    const said = (...witnesses: LogWitness[]) => witnessProblem({ quorum: 2, witnesses }, states);
    expect(said(witness("BR"), witness("BR-CUSTOMS"))).toBe("hold two of one State");
    const name = { name: "w.example" };
    expect(said(witness("NE", name), witness("BR", name))).toBe("hold a name twice");
    const { publicKey } = witness("NE");
    expect(said(witness("NE", { publicKey }), witness("BR", { publicKey }))).toBe(
      "hold a key twice",
    );
  });
});
