/**
 * Writes the seeds of the corpus: `node test/fuzz/make-corpus.ts`. They come from the golden
 * vectors and from the forms that the pages show, so they stay the same. What fuzzing has found
 * lies beside them, as `found-…`, and is kept.
 */
import { filteredMark, pageMark } from "#http";
import { parseEvidence } from "#message-log";
import { createExport, type ExportAbout, figureLines, ledgerFigures } from "#outputs";
import { draftPolicy } from "#policy";
import {
  EntryKind,
  Envelope,
  Header,
  KeyPart,
  KeyPurpose,
  Kind,
  LogEntry,
  LogEvidence,
  LogSuccession,
  RegisterBundle,
  RegisterManifest,
  SignedManifest,
  SignedPolicy,
  SignedRegister,
} from "#proto";
import { DEFAULT_SCHEDULE_TEXT, draftSchedule } from "#records";
import { draftSuccession, firstState, formatRegisterPins, takeRegister } from "#trust";
import { GATEWAY_SENDER, toTimestamp } from "#wire";
import { loadVectors } from "../../cli/rules/vectors.ts";
import { COLUMNS } from "../../scenario/recovered-file.ts";
import { LEDGERS } from "../support/ledgers.ts";
import {
  chunk,
  exif,
  JPEG,
  jpegWith,
  PROGRESSIVE_JPEG,
  pdf,
  png,
  segment,
} from "../support/pictures.ts";
import { rootSetOf, VERSION_VECTORS } from "../support/register-vectors.ts";
import { bytesOf, readVectors, type VectorBytes } from "../support/vectors.ts";
import { keep } from "./corpus.ts";
import { monitorSeeds } from "./monitor-seeds.ts";

/** A file of figures: who publishes, and what two made-up ledgers say. */
const ABOUT: ExportAbout = {
  ...{ body: "ECOWAS", bodyName: "Economic Community of West African States", threshold: 5 },
  ...{ exchangeStatus: "ACTUAL", preparedAt: "2027-07-01T10:00:00Z", notes: [] },
};
const FIGURES = ledgerFigures(LEDGERS).filter(({ by }) => by.STATE === "BJ");

/** Longer vectors make slow runs and find no more. */
const SEED_BYTES_MAX = 4_000;

interface NamedVector {
  readonly name: string;
  readonly bytes: VectorBytes;
  readonly message?: string;
}

const nameOf = (words: string): string => words.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

function keepAll(corpus: string, prefix: "valid" | "invalid", vectors: readonly NamedVector[]) {
  for (const { bytes, name } of vectors) {
    const seed = bytesOf(bytes);
    if (seed.length > SEED_BYTES_MAX) continue;
    keep(corpus, `${prefix}-${nameOf(name)}`, seed);
  }
}

function keepTexts(corpus: string, texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) keep(corpus, name, Buffer.from(text));
}

const envelopes = readVectors<NamedVector[]>("envelope/valid.json");
keepAll("envelope", "valid", envelopes);
for (const { bytes, name } of envelopes.slice(0, 3)) {
  keep("header", `valid-${nameOf(name)}`, Envelope.decode(bytesOf(bytes)).header);
}
keepAll("dispatch", "valid", readVectors<NamedVector[]>("dispatch/valid.json"));
for (const { bytes, message, name } of readVectors<NamedVector[]>("open-body/valid.json")) {
  const { header, parts } = Envelope.decode(bytesOf(bytes));
  const { sender } = Header.decode(header);
  const speaker = sender === GATEWAY_SENDER ? "gateway" : "recipient";
  const corpora: Readonly<Record<string, string>> = {
    Receipt: `receipt-of-${speaker}`,
    Void: "void",
    GapNotice: "gap-notice",
    MonitorFeed: "monitor-feed",
  };
  const content = Buffer.from(parts[0]?.content ?? []).toString("base64");
  keepAll(corpora[message ?? ""] ?? "", "valid", [{ name, bytes: content }]);
}

const subjects = readVectors<{ valid: { subject: string }[]; invalid: string[] }>(
  "subject/subjects.json",
);
for (const { subject } of subjects.valid) keep("subject", nameOf(subject), Buffer.from(subject));

const checkpoints = readVectors<{ valid: Record<string, string>; proof: string }>(
  "merkle/checkpoint.json",
);
for (const [name, note] of Object.entries(checkpoints.valid)) {
  keep("checkpoint", `valid-${nameOf(name)}`, Buffer.from(note));
}
keep("proof-file", "proof", Buffer.from(checkpoints.proof));
const addition = `old 0\n\n${checkpoints.valid.plain}`;
keep("add-checkpoint", "first", Buffer.from(addition));
keep("tile-path", "partial", Buffer.from("3/x001/x234/067.p/255"));
keep("tile-path", "full", Buffer.from("0/000"));
const evidence = parseEvidence(checkpoints.proof);
if (evidence.ok) {
  keep("evidence", "path-to-other-bytes", LogEvidence.encode(evidence.value).finish());
  const hashes = Buffer.concat(evidence.value.inclusionPath.map(Buffer.from));
  keep("proof-hashes", "path", Buffer.concat([Buffer.of(1, 44), hashes]));
}
const entry = LogEntry.encode(
  LogEntry.create({
    kind: EntryKind.MESSAGE,
    sender: "NE",
    messageId: "019cb8f2-8800-7000-8000-000000000028",
    headerDigest: new Uint8Array(32).fill(7),
    signaturesDigest: new Uint8Array(32).fill(8),
    results: [{ recipient: "BR", code: 0 }],
    registerVersion: 12n,
    recordedAt: { seconds: 1_780_000_000n, nanos: 5_000_000 },
    nonce: new Uint8Array(16).fill(3),
  }),
).finish();
keep("log-entry", "valid-message", entry);

for (const name of ["delivered", "renewed", "stamped"]) {
  const { file } = readVectors<{ file: string }>(`evidence/${name}.json`);
  keep("evidence-file", `valid-${name}`, bytesOf(file));
}
const stamped = readVectors<Record<"answer" | "token" | "root", string>>("timestamps/token.json");
for (const [corpus, bytes] of [
  ["timestamp-answer", stamped.answer],
  ["timestamp-token", stamped.token],
  ["root-certificate", stamped.root],
] as const) {
  keep(corpus, "valid-openssl", Buffer.from(bytes, "base64"));
}
keepTexts("figure-lines", { "valid-ledgers": figureLines(createExport(ABOUT, FIGURES)) });
const digits = "0123456789abcdef".repeat(2);
keepTexts("root-set", { "valid-two": `${digits},${"f".repeat(64)}`, "valid-one": digits });

const registers = readVectors<{ valid: { bytes: VectorBytes } }>("register/registers.json");
const register = bytesOf(registers.valid.bytes);
keep("register", "valid-two-roots", register);
keep("register-body", "valid-two-participants", SignedRegister.decode(register).register);

for (const { bundle, name, outcome } of VERSION_VECTORS.offers) {
  keep(
    "register-bundle",
    `${outcome}-${nameOf(name)}`.replace(/^taken|^known/, "valid"),
    bytesOf(bundle),
  );
}
const [firstTaken] = VERSION_VECTORS.offers.filter(({ outcome }) => outcome === "taken");
const pinned =
  firstTaken &&
  takeRegister(
    firstState(rootSetOf(VERSION_VECTORS.roots)),
    RegisterBundle.decode(bytesOf(firstTaken.bundle)),
    firstTaken.now_ms,
  );
const [signedManifest] = pinned?.state.taken ? [pinned.state.taken.manifest.signed] : [];
if (signedManifest !== undefined) {
  keep("register-manifest", "valid-first", SignedManifest.encode(signedManifest).finish());
  const { gatewayKeys, logOrigin } = RegisterManifest.decode(signedManifest.manifest);
  const statement = draftSuccession(
    LogSuccession.create({
      oldOrigin: logOrigin,
      noCosignedCheckpoint: true,
      newOrigin: `${logOrigin}/2`,
      checkpointKeys: gatewayKeys.filter(({ purpose }) => purpose === KeyPurpose.CHECKPOINT),
      succeedsAt: toTimestamp(Date.UTC(2026, 0, 1)),
      reason: "The hub is lost (made up)",
      registerVersion: 2n,
    }),
  );
  keep("log-succession", "valid-unsigned", statement);
}
for (const { bytes, participant } of pinned?.state.taken?.entries ?? []) {
  keep("register-entry", `valid-${nameOf(participant.id)}`, bytes);
}
if (pinned !== undefined)
  keep("register-pins", "valid-first-version", formatRegisterPins(pinned.state));

const sealed = readVectors<{ bytes: VectorBytes }>("sealed/message.json");
for (const { content, name } of Envelope.decode(bytesOf(sealed.bytes)).parts.slice(0, 3)) {
  keep("age-file", nameOf(name), content);
}
const keyPart = KeyPart.encode({
  messageId: "019cb8f2-8800-7000-8000-000000000028",
  sender: "NE",
  recipient: "BR",
  conversationId: "3f2b1c9e-7a54-4c1d-9be0-5a2f6c7d8e90",
  kind: Kind.TRACE_REQUEST,
  registerVersion: 12n,
  pairSequence: 3n,
  prevPairDigest: new Uint8Array(32).fill(9),
  seenCheckpoint: { size: 42n, rootHash: new Uint8Array(32).fill(5) },
  partKeys: [{ partName: "body", identity: "AGE-SECRET-KEY-PQ-1QQQQ" }],
}).finish();
const padded = Buffer.alloc(512);
padded.writeUInt32BE(keyPart.length);
padded.set(keyPart, 4);
keep("key-part", "padded", padded);
keep("key-part", "bare", Buffer.concat([padded.subarray(0, 4), keyPart]));
keep("signature", "zeros-and-a-payload", Buffer.concat([Buffer.alloc(64), keyPart]));

keepTexts("recovery-share", {
  "valid-second-of-three": JSON.stringify({
    format: "tracepost-recovery-share-1",
    number: 2,
    of: 3,
    needed: 2,
    key: "0123456789abcdef",
    share: "bWFkZSB1cCBieXRlcyBvZiBhIHNoYXJl",
    check: "86371f1f",
  }),
});
keepTexts("signer-line", {
  "valid-signature": `{"id":1,"signature":"${"A".repeat(86)}=="}`,
  "valid-error": '{"id":2,"error":"the card is not in the reader"}',
});
keepTexts("participants-yaml", {
  "valid-two": `- id: NO
  name: Norwegian focal point
  role: focal-point
  answering: register
  languages: [nb, en]
  instruments:
    - { instrument: ITI, boundness: committed, since: 2005-12-08 }
    - instrument: FIREARMS_PROTOCOL
      boundness: party
      since: 2003-09-23
      until: 2030-01-01
- id: ORG-ECOWAS
  name: ECOWAS
  role: regional-monitor
`,
  anchors: "- &a { id: NE, name: a, role: focal-point }\n- *a\n- <<: *a\n  id: BR\n",
  tags: "- !!binary aGVsbG8=\n- !<tag:yaml.org,2002:set> { ? a }\n--- {}\n...\n",
});
keepTexts("recovered-csv", {
  "valid-two": `${COLUMNS.join(",")}\nA-1,GLOCK,ab 12-3,9mm,2020-01-02,2024-02-29,DE,USA\n"A,2","S & ""W""",X1,,,,,FRA\n`,
  "short-row": `${COLUMNS.join(",")}\nA-1,GLOCK\n`,
  "open-quote": `${COLUMNS.join(",")}\n"A-1,GLOCK,1,9mm,,,,USA\n`,
});
keepTexts("firearm-line", {
  "valid-held":
    '{"id":"AT-1","make":"GLOCK","serial":"ab 12","status":"held","holder":"A dealer","madeUp":true}',
  "valid-exported":
    '{"id":"2","make":"FN","serial":"1","status":"exported","exportedTo":"NE","eventDate":"2020"}',
});
keepTexts("config", {
  valid: '{"participant":"NE","http":{"port":8080}}',
  "too-much": '{"participant":"","http":{"port":"8080","host":[]},"more":null}',
});
keepTexts("trace-body", {
  valid: JSON.stringify({
    to: "AT",
    priority: "URGENT",
    instrumentBasis: ["ITI"],
    status: "TEST",
    handling: { tlp: "AMBER", use: ["NO_ONWARD"], releasableTo: ["NE-CUSTOMS"] },
    expiresAt: "2099-01-01T00:00:00Z",
    request: {
      nationalCaseNumber: "NE/1",
      createdAt: "2026-01-31T10:00:00.5+01:00",
      illicitGrounds: ["LAW_OF_STATE_OF_FINDING"],
      confidentiality: { canGuarantee: false, limitation: "courts" },
      quantity: 2,
      firearm: {
        type: "PISTOL_SELF_LOADING",
        make: "Glock",
        serialRaw: "1",
        markings: [{ kind: "SERIAL", text: "1" }],
      },
      recovery: { date: "2026-01-31", method: "SEIZED", country: "NE" },
      findings: [{ field: "firearm.make", rule: "missing", level: "ADVICE" }],
      hopNumber: 1,
    },
  }),
});
keepTexts("reply-body", {
  valid: JSON.stringify({
    languageTag: "fr",
    final: {
      outcome: "LAST_LEGAL_HOLDER_IDENTIFIED",
      custodyEvents: [{ kind: "MANUFACTURED", date: "2019-05", fromState: "AT" }],
      answers: [{ question: "LAST_LEGAL_HOLDER", answer: "A dealer" }],
    },
  }),
  "no-such-day":
    '{"acknowledgement":{"nationalReference":"1","expectedBy":"2026-02-30T10:00:00Z"}}',
  "valid-leap-second":
    '{"acknowledgement":{"nationalReference":"1","expectedBy":"2016-12-31T23:59:60Z"}}',
  "year-zero": '{"acknowledgement":{"nationalReference":"1","expectedBy":"0000-01-01T00:00:00Z"}}',
  "beyond-9999":
    '{"acknowledgement":{"nationalReference":"1","expectedBy":"9999-12-31T23:59:59-23:00"}}',
});
for (const { rule, name, input } of await loadVectors()) {
  const { xml } = input as { xml?: string };
  if (rule === "cap" && xml !== undefined) keep("cap", nameOf(name), Buffer.from(xml));
}
keepTexts("check-csv", {
  valid: "ref,serial,consignmentKind,consignment\nA,MADE-UP 1,,\nB,,CONTAINER,CSQU3054383\n",
  "valid-quoted": '\ufeffcompany\r\n"Made-up, ""Ltd"""\r\n',
  "open-quote": 'serial\n"AB1234\n',
  "column-twice": "serial,serial\nA1234,B1234\n",
});
keepTexts("token", { valid: `tpt_abcdefghijkl_${"A".repeat(43)}` });
keepTexts("page-mark", { valid: pageMark(12), "valid-large": pageMark(999_999_999_999_999) });
keepTexts("list-mark", {
  valid: filteredMark([12, 7], { state: "OPEN", limit: 5 }),
  other: filteredMark([12], {}),
});
keepTexts("crash-plan", { valid: "gateway.recorded:2:77" });
const NATS_LINE = "[7] 2026/01/31 10:00:00.000000 [ERR] 127.0.0.1:4711 - cid:5";
const NATS_USER = '"AAAA/NE/nkey:UCCC"';
keepTexts("nats-log-line", {
  "valid-publish": `${NATS_LINE} - ${NATS_USER} - Publish Violation - Subject "tp.in.BR.x"`,
  "valid-subscription": `${NATS_LINE} - "v3:nats.js" - ${NATS_USER} - Subscription Violation - Subject "tp.in.>", SID 1`,
  "valid-login": `${NATS_LINE} - authentication error - User "eve"`,
  "many-names": `${NATS_LINE}${' - "\\"'.repeat(200)} - Publish Violation`,
});
keepTexts("journal-line", {
  valid:
    '{"kind":"STREAM_TAIL_LOST","participant":"NE","subject":"NE/IN","detail":"it ends with 3"}',
  "no-object": "null",
});
const BACKED = { bytes: 1, sha256: "00".repeat(32) };
const BACKUP = {
  ...{ product: "tracepost", format: 1, createdAt: "2026-02-02T00:00:00.000Z", program: "1.0.0" },
  ...{ exchangeId: null, keys: "left out", left: [{ path: "a.key", why: "private key" }] },
  stores: [
    {
      path: "gateway.sqlite",
      ...BACKED,
      kind: "tracepost-gateway",
      schema: 1,
      takenAt: "",
      log: null,
    },
  ],
  files: [{ path: "config.json", ...BACKED }],
};
keepTexts("backup", {
  valid: JSON.stringify(BACKUP),
  outside: JSON.stringify({ ...BACKUP, files: [{ path: "../config.json", ...BACKED }] }),
  later: JSON.stringify({ ...BACKUP, format: 2 }),
});
keepTexts("listen-address", { valid: "127.0.0.1:4222", "valid-6": "[::1]:4222", off: "0.0.0.0:1" });
keepTexts("host-name", { valid: "hub.example.org", "valid-door": "NE=192.0.2.7", off: "=-a.b" });
keepTexts("arguments", { valid: "--once\n--input\nin.csv\n--data=x", short: "-h\n--\n-x" });

const EXIF = Buffer.concat([Buffer.from("Exif\0\0"), exif(6)]);
const JFIF = Buffer.from("JFIF\0\x01\x02\x01\0\x48\0\x48\0\0", "latin1");
keep("file-jpeg", "valid-baseline", JPEG);
keep("file-jpeg", "valid-progressive", PROGRESSIVE_JPEG);
keep("file-jpeg", "valid-with-exif", jpegWith([segment(0xe0, JFIF), segment(0xe1, EXIF)]));
keep("file-png", "valid-grey", png({ chunks: [chunk("gAMA", Buffer.of(0, 0, 0xb1, 0x8f))] }));
keep("file-png", "valid-with-exif", png({ chunks: [chunk("eXIf", exif(8))] }));
keep("file-pdf", "valid-short", pdf(60));

const policyText =
  '@id("A-1")\n@title("All alerts")\npermit (principal, action == Action::"ALERT", resource);\n';
const policyDraft = draftPolicy({
  version: 1n,
  issuedAt: toTimestamp(Date.UTC(2026, 0, 1)),
  text: policyText,
  reason: "The first policy",
});
const { policy } = SignedPolicy.decode(policyDraft);
const policySignature = { keyId: "0".repeat(32), value: new Uint8Array(64) };
keep("policy-file", "valid-unsigned", policyDraft);
keep(
  "policy-file",
  "valid-signed",
  SignedPolicy.encode({ policy, signatures: [policySignature] }).finish(),
);

keep("period", "valid-years", Buffer.from("P10Y"));
keep("period", "valid-all", Buffer.from("P1Y6M2W90D"));
keep("schedule", "valid-default", Buffer.from(DEFAULT_SCHEDULE_TEXT));
const scheduleDraft = draftSchedule({
  version: 1n,
  issuedAt: toTimestamp(Date.UTC(2026, 0, 1)),
  text: DEFAULT_SCHEDULE_TEXT,
  reason: "The first schedule",
});
keep("schedule-file", "valid-unsigned", scheduleDraft);
for (const seed of monitorSeeds()) keep(...seed);
keepTexts("seizure-header", {
  valid: "institution,agency,seizureNumber,date,place,recovery,item,kind,quantity,unit",
  "valid-semicolon":
    "Institution;Agency;seizure_number;date;place;recovery;item;kind;quantity;unit;serial",
  unknown: "institution,agency,colour",
});
const SEIZURE_CSV =
  "institution,agency,seizureNumber,date,place,recovery,item,kind,quantity,unit,establishedBy," +
  "establishedOn,establishedBasis\n" +
  'POLICE,"Nairobi, west",2026-1,2026-02-11,KE-30,SEIZED,1,ARM,1,PIECES,TRACE,2026-03-01,reply\n';
keepTexts("seizure-csv", {
  valid: SEIZURE_CSV,
  "bad-quantity": SEIZURE_CSV.replace(",1,PIECES", ",none,PIECES"),
  formula: SEIZURE_CSV.replace("reply", "=1+1"),
});
