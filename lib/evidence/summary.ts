/** The page that people read and print; it runs and loads nothing (TP-EVID-4). */
import { hash } from "node:crypto";
import { type CheckpointText, parseCheckpoint, parseEvidence } from "#message-log";
import {
  DisposalCertificate,
  DisposedItem,
  EntryKind,
  Envelope,
  Header,
  LogEntry,
  LogRenewal,
  OpenedDisposal,
  Receipt,
  ReceiptType,
  SignedLogRenewal,
} from "#proto";
import { type Html, html, printable } from "#runtime";
import { parseTimestampToken } from "#timestamps";
import { decodeExactly, refusalNameOf, timestampMs } from "#wire";
import type {
  EvidenceContent,
  EvidenceDisposal,
  EvidenceMessage,
  EvidenceReceipt,
  EvidenceRenewal,
  EvidenceTimestamp,
  EvidenceVersion,
} from "./evidence-content.ts";
import { kindName } from "./verify/signed-envelope.ts";

/** Parts listed one by one; a message for many States has a key part for each. */
const PARTS_LISTED = 8;

const STYLE = `
body{font:11pt/1.45 Georgia,"Times New Roman",serif;color:#111;background:#fff;max-width:46em;
margin:2em auto;padding:0 1em}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em;break-after:avoid}
table{border-collapse:collapse;width:100%;break-inside:avoid;margin:.5em 0}
th,td{border:1px solid #999;padding:.25em .5em;text-align:left;vertical-align:top;
overflow-wrap:anywhere}
th{font-weight:normal;color:#444;width:11em}
.note{border-left:4px solid #555;padding-left:1em}
`;

/** The whole page. The same content gives the same page; whatever it holds, it stays text. */
export function renderSummary(content: EvidenceContent): string {
  const { madeAtMs, messages, subject } = content;
  const what =
    subject.type === "message"
      ? `Message ${subject.messageId} of ${subject.sender}`
      : `Conversation ${subject.conversationId}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Evidence: ${text(what)}</title>
${STYLE_ELEMENT}
</head>
<body>
<h1>Evidence: ${text(what)}</h1>
<p>Put together ${instant(madeAtMs)}. ${messages.length} message(s).</p>
<p class="note">This page says what the file holds, for people to read. It proves nothing by itself:
<code>tracepost evidence verify FILE --roots FINGERPRINTS</code> does, offline, with the fingerprints
of the root keys as the secretariat of the exchange publishes them, and from no other source.</p>
${messages.map(messageSection)}
<h2>Who vouches for the keys</h2>
${table([
  ...content.rootKeys.map((key) => row("Root key, SHA-256", hash("sha256", key, "hex"))),
  ...content.registers.map((one) => versionRow("Participant register", one)),
  ...content.policies.map((one) => versionRow("Routing policy", one)),
  ...content.disposals.map(disposalRow),
  ...content.renewals.map(renewalRow),
  ...content.timestamps.map(timestampRow),
])}
<h2>Checkpoints of the log</h2>
${table(checkpointRows(content))}
</body>
</html>
`;
  return page.text;
}

const STYLE_ELEMENT = html`<style>${[{ text: STYLE } as Html]}</style>`;

function messageSection(message: EvidenceMessage, at: number): Html {
  const envelope = decodeExactly(Envelope, message.envelope);
  const header = envelope && decodeExactly(Header, envelope.header);
  if (envelope === undefined || header === undefined) {
    return html`<h2>Message ${at + 1}</h2><p>It cannot be read.</p>`;
  }
  const proof = readProof(message.proof);
  const entry = proof?.entry;
  const code = refusalNameOf(entry?.code ?? 0);
  const decision = code === undefined ? "accepted" : `refused: ${code} ${entry?.field ?? ""}`;
  return html`<h2>Message ${at + 1}: ${text(kindName(header.kind))} of ${text(header.sender)}</h2>
${table([
  row("Message id", header.messageId),
  row("Conversation", header.conversationId),
  row("To", header.recipients.join(", ")),
  row("Sent, says the sender", instant(timestampMs(header.sentAt))),
  row("Recorded, by the gateway's clock", instant(timestampMs(entry?.recordedAt))),
  row("Decision", decision),
  row("Place in the log", placeOf(proof)),
  row("Signed with key", envelope.signatures.map(({ keyId }) => keyId).join(", ")),
  row("Register, policy", `version ${entry?.registerVersion}, version ${entry?.policyVersion}`),
  row("SHA-256 of the header", hash("sha256", envelope.header, "hex")),
  ...partRows(header, envelope),
  ...message.receipts.map(receiptRow),
  ...message.endings.map(readProof).map((end) => row(endingName(end?.entry), placeOf(end))),
])}`;
}

function partRows(header: Header, { parts }: Envelope): Html[] {
  const held = new Set(parts.map(({ name, onlyFor }) => `${name} ${onlyFor}`));
  const rows = header.parts.slice(0, PARTS_LISTED).map(({ name, onlyFor, sha256, sizeBytes }) => {
    const whose = onlyFor === "" ? "" : ` for ${onlyFor}`;
    const where = held.has(`${name} ${onlyFor}`) ? "in this file" : "not in this file";
    const digest = Buffer.from(sha256).toString("hex");
    return row(`Part ${name}${whose}`, `${sizeBytes} bytes, ${where}; SHA-256 ${digest}`);
  });
  const more = header.parts.length - rows.length;
  return more > 0 ? [...rows, row("More parts", `${more}`)] : rows;
}

function receiptRow({ envelope, proof }: EvidenceReceipt): Html {
  const read = decodeExactly(Envelope, envelope);
  const header = read && decodeExactly(Header, read.header);
  const body = read?.parts.find(({ name }) => name === "body");
  const type = (body && decodeExactly(Receipt, body.content))?.type ?? 0;
  const name = Object.entries(ReceiptType).find(([, value]) => value === type)?.[0] ?? "";
  const says = `${name.toLowerCase()}, signed by ${header?.sender ?? "?"}`;
  return row("Receipt", proof === undefined ? says : `${says}; ${placeOf(readProof(proof))}`);
}

function renewalRow({ proof, signed }: EvidenceRenewal): Html {
  const read = decodeExactly(SignedLogRenewal, signed);
  const renewal = read && decodeExactly(LogRenewal, read.renewal);
  const what = `${renewal?.size ?? "?"} entries hashed again with ${renewal?.digest ?? "?"}`;
  const by = read?.signatures.map(({ keyId }) => keyId).join(", ") ?? "?";
  const at = instant(timestampMs(renewal?.renewedAt));
  const text = `${at}: ${what}, signed with keys ${by}; ${placeOf(readProof(proof))}`;
  return row(`Renewal ${renewal?.number ?? "?"} of the log`, text);
}

/** What a token says, of which nothing is verified here. */
function timestampRow({ checkpoint, root, token }: EvidenceTimestamp): Html {
  const parsed = parseTimestampToken(token);
  const at = instant(parsed.ok ? parsed.value.info.genTime.getTime() : undefined);
  const size = parseCheckpoint(checkpoint)?.size ?? "?";
  const under = `root certificate, SHA-256 ${hash("sha256", root, "hex")}`;
  return row("Time-stamp", `${at}: the first ${size} entries existed; ${under}`);
}

/** A certificate, and what it shows of the messages in the file. */
function disposalRow({ bytes, opened, proof }: EvidenceDisposal): Html {
  const certificate = decodeExactly(DisposalCertificate, bytes);
  const items = decodeExactly(OpenedDisposal, opened)?.items ?? [];
  const parts = items.flatMap(({ item }) => {
    const read = decodeExactly(DisposedItem, item);
    return (read?.parts ?? []).slice(0, PARTS_LISTED).map(({ basis, dueAt, name }) => {
      return `; ${name} of ${read?.messageId}, due ${instant(timestampMs(dueAt))}: ${basis}`;
    });
  });
  const name = `Certificate of disposal ${certificate?.certificate ?? "?"}`;
  const under = `${certificate?.authority ?? "?"}; ${placeOf(readProof(proof))}`;
  return row(name, `${under}${parts.join("")}`);
}

function endingName(entry: LogEntry | undefined): string {
  const word = entry?.kind === EntryKind.RETURN ? "Returned" : "Expired";
  return `${word}, for ${entry?.results[0]?.recipient ?? "?"}`;
}

function checkpointRows({ messages }: EvidenceContent): Html[] {
  const heads = new Map<number, CheckpointText>();
  for (const { proof } of messages) {
    const head = readProof(proof)?.head;
    if (head !== undefined) heads.set(head.size, head);
  }
  return [...heads.values()].map(({ origin, rootHash, size }) => {
    const root = Buffer.from(rootHash).toString("base64");
    return row(`${origin}, ${size} entries`, `root ${root}`);
  });
}

function versionRow(what: string, { bytes, version }: EvidenceVersion): Html {
  return row(`${what}, version ${version}`, `SHA-256 ${hash("sha256", bytes, "hex")}`);
}

/** A proof as far as it can be read; nothing of it is verified. */
interface ReadProof {
  readonly index: bigint;
  readonly entry: LogEntry | undefined;
  readonly head: CheckpointText | undefined;
}

function readProof(proof: string): ReadProof | undefined {
  const parsed = parseEvidence(proof);
  if (!parsed.ok) return undefined;
  const { checkpoint, entry, index } = parsed.value;
  return { index, entry: decodeExactly(LogEntry, entry), head: parseCheckpoint(checkpoint) };
}

/** Index of the entry, and size of the tree that proves it. */
function placeOf(proof: ReadProof | undefined): string {
  if (proof === undefined) return "not readable";
  const { entry, head, index } = proof;
  const time = instant(timestampMs(entry?.recordedAt));
  return `entry ${index}, ${time}, under checkpoint ${head?.size ?? "?"}`;
}

function table(rows: readonly Html[]): Html {
  return html`<table>${rows}</table>`;
}

function row(name: string, value: string): Html {
  return html`<tr><th scope="row">${text(name)}</th><td>${text(value)}</td></tr>
`;
}

/** Without characters that hide or turn what stands beside them. */
function text(value: string): string {
  return printable(value);
}

function instant(ms: number | undefined): string {
  if (ms === undefined || Math.abs(ms) > MS_MAX) return "not said";
  return new Date(ms).toISOString();
}

/** The last instant that a Date can hold. */
const MS_MAX = 8.64e15;
