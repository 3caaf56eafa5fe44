import { describe, expect, it } from "vitest";
import {
  Aggregation,
  Boundness,
  Instrument,
  KeyPurpose,
  KeyRevocation,
  KeyStatement,
  LogKey,
  LogWitness,
  type Participant,
  RegisterEntry,
  RevocationReason,
  SignatureAlgorithm,
  SigningKey,
} from "#proto";
import {
  draftSuccessor,
  entryFacts,
  generateSealingKey,
  generateSigningKey,
  manifestFacts,
  type RegisterChange,
  registerContent,
  registerDifferences,
  signKeyStatement,
} from "#trust";
import { toTimestamp } from "#wire";
import {
  DAY_MS,
  entryOf,
  keyOf,
  RegisterAuthority,
  START_MS,
  statementOf,
} from "../../support/register-authority.ts";

/** What a person reads before signing a version: every fact, in one line each (TP-REG-10). */

const at = (days: number) => toTimestamp(START_MS + days * DAY_MS);
const since = at(0);
const until = at(31);
const FROM = "2026-03-01";
const TO = "2026-04-01";
const NE = { identity: generateSigningKey(), header: generateSigningKey() };
const plain = entryOf("NE", statementOf("NE", { sequence: 1n, ...NE }));
const factsOf = (participant: Partial<Participant>) =>
  entryFacts(
    entryOf("NE", plain.statement as NonNullable<typeof plain.statement>, { participant }),
  );
const newOf = (participant: Partial<Participant>) => {
  const before = new Set(entryFacts(plain));
  return factsOf(participant).filter((fact) => !before.has(fact));
};

describe("facts of a participant", () => {
  it("are few of one that says little", () => {
    expect(entryFacts(plain)).toEqual([
      "name Focal point of NE (made up)",
      "role FOCAL_POINT",
      "status ACTIVE",
      "ITI committed since 2025-01-25",
      "languages en",
      `identity key ${NE.identity.keyId} 2025-01-25 to 2037-02-11`,
      `signing key ${NE.header.keyId} 2025-01-25 to 2037-02-11`,
    ]);
  });

  it.each<[what: string, participant: Partial<Participant>, facts: readonly string[]]>([
    ["a name", { legalName: "Another" }, ["name Another"]],
    ["a role nobody knows", { role: 9 as Participant["role"] }, ["role 9"]],
    ["a status", { status: 2 }, ["status SUSPENDED"]],
    [
      "a standing that ends",
      {
        instruments: [{ instrument: Instrument.NAIROBI, boundness: Boundness.PARTY, since, until }],
      },
      [`NAIROBI party ${FROM} to ${TO}`],
    ],
    [
      "a standing since nobody knows when",
      {
        instruments: [
          {
            instrument: 99 as Instrument,
            boundness: Boundness.SIGNATORY,
            since: undefined,
            until: undefined,
          },
        ],
      },
      ["99 signatory since ?"],
    ],
    [
      "bodies",
      {
        regionalBodies: [
          { body: "NOWHERE", since, until: undefined },
          { body: "ECOWAS", since, until },
        ],
      },
      [
        `member of NOWHERE since ${FROM}`,
        `member of ECOWAS (Economic Community of West African States) ${FROM} to ${TO}`,
      ],
    ],
    [
      "a unit",
      { units: [{ id: "P1", name: "Bridge", locode: "", since, until: undefined }] },
      [`unit P1 (Bridge) since ${FROM}`],
    ],
    [
      "desks",
      {
        dutyDesks: [
          {
            name: "Duty",
            telephone: "+22720123456",
            email: "d@example.org",
            languages: ["fr", "en"],
            always: true,
          },
          { name: "Office", telephone: "", email: "o@example.org", languages: [], always: false },
        ],
      },
      ["desk Duty +22720123456 d@example.org fr en at any hour", "desk Office o@example.org"],
    ],
    ["languages", { languages: ["fr", "ha"] }, ["languages fr, ha"]],
    [
      "a calendar",
      {
        workingCalendar: {
          timeZone: "Africa/Niamey",
          restDays: [1, 7, 8],
          holidays: ["2026-12-18"],
          opens: "08:00",
          closes: "17:00",
        },
      },
      [
        "works in Africa/Niamey from 08:00 to 17:00",
        "rests on Monday, Sunday, 8",
        "holiday 2026-12-18",
      ],
    ],
    [
      "a calendar without hours or rest",
      {
        workingCalendar: {
          timeZone: "Africa/Niamey",
          restDays: [],
          holidays: [],
          opens: "",
          closes: "",
        },
      },
      ["works in Africa/Niamey"],
    ],
    ["approval of alerts", { alertsNeedApproval: true }, ["alerts need approval"]],
    [
      "quotas",
      { quotas: { messagesPerSecond: 1, bytesPerDay: 2n, storedBytes: 3n, recipientsMax: 4 } },
      [
        "at most 1 messages a second",
        "at most 2 bytes a day",
        "at most 3 bytes stored",
        "at most 4 recipients of a message",
      ],
    ],
    [
      "quotas that are the default",
      { quotas: { messagesPerSecond: 0, bytesPerDay: 0n, storedBytes: 0n, recipientsMax: 0 } },
      [],
    ],
    [
      "disclosures",
      { disclosures: [{ body: "NOWHERE", aggregation: Aggregation.VOLUMES }] },
      ["lets NOWHERE see VOLUMES"],
    ],
  ])("tell of %s", (_what, participant, facts) => {
    expect(newOf(participant)).toEqual(facts);
  });

  it("tell of keys of another suite, of sealing and of recovery, and of revocations", async () => {
    const header = generateSigningKey(SignatureAlgorithm.ES256);
    const [sealing, recovery] = [await generateSealingKey(), await generateSealingKey()];
    const statement = KeyStatement.create({
      participant: "NE",
      sequence: 2n,
      identityKey: keyOf(NE.identity, KeyPurpose.IDENTITY),
      signingKeys: [keyOf(header, KeyPurpose.HEADER)],
      sealingKeys: [{ recipient: sealing.recipient, notBefore: since, notAfter: until }],
      recoveryRecipient: recovery.recipient,
      madeAt: since,
    });
    const { COMPROMISED, LOST } = RevocationReason;
    const revocations = [
      KeyRevocation.create({ keyId: "aa", reason: LOST, revokedAt: since }),
      KeyRevocation.create({
        keyId: "bb",
        reason: COMPROMISED,
        revokedAt: until,
        compromisedAt: since,
      }),
    ];
    const signed = signKeyStatement(statement, [NE.identity, header]);
    const facts = entryFacts(entryOf("NE", signed, { revocations }));
    expect(facts).toContain(`signing key ${header.keyId} (P-256) 2025-01-25 to 2037-02-11`);
    expect(facts.filter((fact) => fact.startsWith("sealing key"))).toEqual([
      expect.stringMatching(new RegExp(`^sealing key [0-9a-f]{32} ${FROM} to ${TO}$`)),
    ]);
    expect(facts.filter((fact) => fact.startsWith("recovery key"))).toEqual([
      expect.stringMatching(/^recovery key [0-9a-f]{32}$/),
    ]);
    expect(facts.filter((fact) => fact.startsWith("revoked"))).toEqual([
      `revoked aa ${FROM}T00:00Z: LOST`,
      `revoked bb ${TO}T00:00Z: COMPROMISED, compromised ${FROM}T00:00Z`,
    ]);
  });
});

it("are none of an entry that says nothing, and its keys alone of one without participant", () => {
  const empty = RegisterEntry.create({});
  expect(entryFacts(empty)).toEqual([]);
  const { statement } = plain;
  expect(entryFacts({ ...empty, statement })).toEqual(entryFacts(plain).slice(-2));
  const bare = signKeyStatement(KeyStatement.create({ participant: "NE" }), [NE.identity]);
  expect(entryFacts({ ...empty, statement: bare })).toEqual([]);
});

const authority = new RegisterAuthority();
const first = authority.issue([plain]);

function contentOf(bundle: typeof first) {
  const content = registerContent(bundle);
  if (!content.ok) throw new TypeError(content.refusal.detail);
  return content.value;
}

function after(change: RegisterChange) {
  const draft = draftSuccessor(first, change, START_MS + DAY_MS);
  if (!draft.ok) throw new TypeError(draft.refusal.detail);
  return contentOf(draft.value);
}

describe("facts of the register itself", () => {
  const { checkpointKey, freshnessKey, receiptKey, roots } = authority;

  it("name its version, times, log, root keys and keys of the exchange", () => {
    expect(manifestFacts(contentOf(first))).toEqual([
      "version 1",
      `issued ${FROM}T00:00Z`,
      "expires 2026-03-08T00:00Z",
      "log tracepost.example/test",
      "signed by 2 of 3 root keys",
      `root key ${roots.pairs[0]?.keyId} in KE`,
      `root key ${roots.pairs[1]?.keyId} in AT`,
      `root key ${roots.pairs[2]?.keyId} in BR`,
      `gateway key ${receiptKey.keyId} from 2025-01-25T00:00Z until 2037-02-11 for RECEIPT`,
      `gateway key ${checkpointKey.keyId} from 2025-01-25T00:00Z until 2037-02-11 for CHECKPOINT`,
      `freshness key ${freshnessKey.keyId} from 2025-01-25T00:00Z until 2037-02-11`,
    ]);
  });

  it("tell of what was put in, taken out and revoked", () => {
    const key = keyOf(receiptKey, KeyPurpose.RECEIPT);
    const { COMPROMISED, SUPERSEDED } = RevocationReason;
    const gatewayKeys = [
      SigningKey.create({
        ...key,
        revokedAt: until,
        revocationReason: COMPROMISED,
        compromisedAt: since,
      }),
      SigningKey.create({
        ...keyOf(checkpointKey, KeyPurpose.CHECKPOINT),
        revokedAt: until,
        revocationReason: SUPERSEDED,
      }),
    ];
    const witness = {
      name: "w.example",
      participant: "KE",
      publicKey: Buffer.from("key"),
      url: "",
    };
    const next = after({
      gatewayKeys,
      logKeys: [
        LogKey.create({ keyId: "log", notBefore: since, notAfter: until, revokedAt: until }),
      ],
      witnesses: {
        quorum: 2,
        witnesses: [LogWitness.create(witness), LogWitness.create({ ...witness, url: "http://w" })],
      },
      groups: [{ name: "COAST", members: ["NE", "BR"] }],
      entries: [
        entryOf("NE", plain.statement as NonNullable<typeof plain.statement>, {
          participant: { status: 2 },
        }),
        entryOf(
          "BR",
          statementOf("BR", {
            sequence: 1n,
            identity: generateSigningKey(),
            header: generateSigningKey(),
          }),
        ),
      ],
    });
    const [own, br, ne, ...others] = registerDifferences(contentOf(first), next);
    const life = "2025-01-25T00:00Z until 2037-02-11";
    expect(own).toEqual({
      about: "register",
      removed: [
        "version 1",
        `issued ${FROM}T00:00Z`,
        "expires 2026-03-08T00:00Z",
        `gateway key ${receiptKey.keyId} from ${life} for RECEIPT`,
        `gateway key ${checkpointKey.keyId} from ${life} for CHECKPOINT`,
      ],
      added: [
        "version 2",
        "issued 2026-03-02T00:00Z",
        "expires 2026-03-09T00:00Z",
        `gateway key ${receiptKey.keyId} from ${life}, revoked ${TO}T00:00Z: COMPROMISED, compromised ${FROM}T00:00Z for RECEIPT`,
        `gateway key ${checkpointKey.keyId} from ${life}, revoked ${TO}T00:00Z: SUPERSEDED for CHECKPOINT`,
        `log key log from ${FROM}T00:00Z until ${TO}, revoked ${TO}T00:00Z`,
        "witness w.example of KE, key a2V5, no URL",
        "witness w.example of KE, key a2V5, URL http://w",
        "witnessed by 2",
        "group COAST: NE, BR",
      ],
    });
    expect(br).toMatchObject({ about: "BR", removed: [] });
    expect(ne).toEqual({ about: "NE", removed: ["status ACTIVE"], added: ["status SUSPENDED"] });
    expect(others).toEqual([]);
    expect(registerDifferences(next, next)).toEqual([]);
    const { statement } = plain;
    const nameless = { ...next, entries: [RegisterEntry.create({ statement })] };
    expect(registerDifferences(nameless, next).map(({ about }) => about)).toEqual(["", "BR", "NE"]);
    const [all] = registerDifferences(undefined, contentOf(first));
    expect(all).toEqual({ about: "register", removed: [], added: manifestFacts(contentOf(first)) });
  });
});
