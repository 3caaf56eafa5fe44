import type { Refusal } from "#errors";
import { sha256 } from "./digests.ts";
import { parseDispatch } from "./parse-dispatch.ts";
import { parseEnvelope } from "./parse-envelope.ts";
import type { Fields, PlainMessage, Reflection } from "./reflection.ts";

/** One part as the signed header describes it, compared with what is there. */
export interface InspectedPart {
  readonly name: string;
  /** Absent: for every recipient. */
  readonly only_for?: string;
  readonly schema: string;
  readonly retention_class: string;
  readonly sealed: boolean;
  /** As the header says. */
  readonly size_bytes: number | string;
  /** As the header says, lower-case hex. */
  readonly sha256: string;
  /** Bytes that are there; absent: the part is not there, as key parts of others in an inbox. */
  readonly found_bytes?: number;
  /** Whether size and digest of what is there are what the header says. */
  readonly matches?: boolean;
}

/** What can be said about a message without any key; JSON can hold all of it. */
export interface Inspection {
  /** What the bytes are; `unknown` when they are neither. */
  readonly form: "envelope" | "dispatch" | "unknown";
  readonly size_bytes: number;
  /** The signed header by the field names of the contract, without its table of parts. */
  readonly header?: PlainMessage;
  /** SHA-256 over the header bytes, lower-case hex: what the message is known by. */
  readonly header_digest?: string;
  /** Who is said to have signed. The signature itself is checked against a register only. */
  readonly signatures: readonly { readonly key_id: string; readonly size_bytes: number }[];
  readonly parts: readonly InspectedPart[];
  /** The body of the kinds that travel unsealed. */
  readonly body?: PlainMessage;
  /** Dispatch only: proof that the gateway logged it. */
  readonly evidence?: PlainMessage;
  /** What the exchange would refuse it for; empty when its form is right. */
  readonly problems: readonly Refusal[];
}

/** How the schema names of this package begin. */
const PACKAGE_PREFIX = "tracepost.v1.";

/**
 * Shows an encoded Envelope, or a Dispatch from an inbox, by reflection over the .proto files, so
 * that it depends on nothing the exchange itself reads messages with (TP-WIRE-20). Bytes that are
 * neither give `form: "unknown"` with the problem. Throws nothing for bad bytes.
 */
export async function inspectEnvelope(bytes: Uint8Array): Promise<Inspection> {
  // Fetched when it is needed: no service inspects, and the library is the largest of this layer.
  const { loadReflection } = await import("./reflection.ts");
  const reflection = await loadReflection();
  const asEnvelope = parseEnvelope(bytes, { allowGatewaySender: true });
  const dispatch = asEnvelope.ok ? undefined : reflection.decode("Dispatch", bytes);
  const inDispatch = readEnvelope(reflection, bytesOf(dispatch?.envelope));
  const read = inDispatch ?? readEnvelope(reflection, bytes);
  const parsed = inDispatch === undefined ? asEnvelope : parseDispatch(bytes);
  const problems = parsed.ok ? [] : [parsed.refusal];
  if (read === undefined) {
    return { form: "unknown", size_bytes: bytes.length, signatures: [], parts: [], problems };
  }
  return {
    form: inDispatch === undefined ? "envelope" : "dispatch",
    size_bytes: bytes.length,
    ...describe(reflection, read),
    ...(inDispatch === undefined ? {} : describeEvidence(reflection, dispatch?.evidence)),
    problems,
  };
}

/**
 * The content of an opened part by the field names of the contract; undefined when it is no message
 * of the schema that the header gives it.
 */
export async function inspectContent(
  schema: string,
  bytes: Uint8Array,
): Promise<PlainMessage | undefined> {
  const { loadReflection } = await import("./reflection.ts");
  return readContent(await loadReflection(), schema, bytes);
}

interface ReadEnvelope {
  readonly envelope: Fields;
  readonly headerBytes: Uint8Array;
  readonly header: Fields;
}

/** An envelope whose header can be read as one, however wrong both are; else undefined. */
function readEnvelope(reflection: Reflection, bytes: Uint8Array): ReadEnvelope | undefined {
  const envelope = reflection.decode("Envelope", bytes);
  const headerBytes = bytesOf(envelope?.header);
  const header = reflection.decode("Header", headerBytes);
  if (envelope === undefined || header === undefined) return undefined;
  const saysSomething = textOf(header.message_id) !== "" || textOf(header.sender) !== "";
  return saysSomething ? { envelope, headerBytes, header } : undefined;
}

type Described = Omit<Inspection, "form" | "size_bytes" | "problems">;

function describe(reflection: Reflection, read: ReadEnvelope): Described {
  const { parts: table = [], ...header } = reflection.plain("Header", read.header);
  const infos = Array.isArray(table) ? (table as readonly PlainMessage[]) : [];
  const found = messagesIn(read.envelope.parts);
  const body = readBody(reflection, infos[0], found[0]);
  return {
    header,
    header_digest: toHex(sha256(read.headerBytes)),
    signatures: messagesIn(read.envelope.signatures).map((signature) => ({
      key_id: textOf(signature.key_id),
      size_bytes: bytesOf(signature.value).length,
    })),
    parts: infos.map((info) => inspectPart(info, found)),
    ...(body === undefined ? {} : { body }),
  };
}

function inspectPart(info: PlainMessage, found: readonly Fields[]): InspectedPart {
  const name = textOf(info.name);
  const onlyFor = textOf(info.only_for);
  const digest = textOf(info.sha256);
  const size = info.size_bytes;
  const part = found.find((one) => textOf(one.name) === name && textOf(one.only_for) === onlyFor);
  const content = bytesOf(part?.content);
  const matches = content.length === (size ?? 0) && toHex(sha256(content)) === digest;
  return {
    name,
    ...(onlyFor === "" ? {} : { only_for: onlyFor }),
    schema: textOf(info.schema),
    retention_class: textOf(info.retention_class),
    sealed: info.sealed === true,
    size_bytes: typeof size === "string" || typeof size === "number" ? size : 0,
    sha256: digest,
    ...(part === undefined ? {} : { found_bytes: content.length, matches }),
  };
}

function readBody(
  reflection: Reflection,
  info: PlainMessage | undefined,
  part: Fields | undefined,
): PlainMessage | undefined {
  if (info === undefined || info.sealed === true || part === undefined) return undefined;
  return readContent(reflection, textOf(info.schema), bytesOf(part.content));
}

function readContent(
  reflection: Reflection,
  schema: string,
  bytes: Uint8Array,
): PlainMessage | undefined {
  const name = schema.startsWith(PACKAGE_PREFIX) ? schema.slice(PACKAGE_PREFIX.length) : "";
  if (!reflection.knows(name)) return undefined;
  const content = reflection.decode(name, bytes);
  return content === undefined ? undefined : reflection.plain(name, content);
}

/** Evidence with its log entry read, besides the exact bytes of it. */
function describeEvidence(reflection: Reflection, evidence: unknown): Pick<Inspection, "evidence"> {
  if (!isFields(evidence)) return {};
  const plain = reflection.plain("LogEvidence", evidence);
  const entry = reflection.decode("LogEntry", bytesOf(evidence.entry));
  if (entry === undefined) return { evidence: plain };
  return { evidence: { ...plain, log_entry: reflection.plain("LogEntry", entry) } };
}

function messagesIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
