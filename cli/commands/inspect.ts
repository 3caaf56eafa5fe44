import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { FAULTS, TracepostError } from "#errors";
import { printable, WIRE_LIMITS } from "#runtime";
import { type Inspection, inspectEnvelope } from "#wire";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { type OpenedPart, type Opening, openMessage } from "../open-parts.ts";

/** A dispatch is an envelope and the proof that it was logged. */
const FILE_BYTES_MAX = 2 * WIRE_LIMITS.envelopeBytesMax;

interface InspectOptions extends OutputOptions {
  readonly key?: string;
}

const HELP = `
Shows what everybody may know of a message: its signed header, its parts with their digests, and
what the exchange would refuse it for. Without a key sealed parts stay sealed. With --key, a sealing
key of a recipient, the parts it opens are shown too: content of a case, so mind who looks on. The
signature is not checked, because that takes a participant register. Exit code 2 when the form is
wrong, or the key does not open the message.

Examples:
  tracepost inspect message.bin
  tracepost inspect message.bin --key exchange/participants/AT/keys/seal.age
  tracepost inspect - --json < message.bin
`;

/** Adds `inspect`: the readable head of an encoded envelope or dispatch. */
export function addInspect(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("inspect")
    .description("show the header and parts of a message")
    .argument("<file>", "an encoded envelope or dispatch; - reads standard input")
    .option("--key <file>", "sealing key of a recipient (age identity): shows what it opens")
    .addHelpText("after", HELP);
  addAction<InspectOptions>(command, terminal, inspect);
}

async function inspect({ key }: InspectOptions, file = ""): Promise<CommandResult> {
  const bytes = file === "-" ? await readStandardInput() : await readMessage(file);
  const found = await inspectEnvelope(bytes);
  const opening = key === undefined ? undefined : await openMessage(bytes, found, key);
  const isShut = opening !== undefined && opening.recipient === undefined;
  const bad = found.problems.length > 0 || isShut;
  return {
    json: opening === undefined ? found : { ...found, opening },
    lines: [...describe(found), ...(opening === undefined ? [] : describeOpening(opening))],
    ...(bad ? { exitCode: FAULTS.INPUT_INVALID.exitCode } : {}),
  };
}

function describeOpening({ parts, recipient }: Opening): string[] {
  const head =
    recipient === undefined ? "The key opens nothing:" : `Opened with the key of ${recipient}:`;
  return [head, ...parts.flatMap(describeOpenedPart)];
}

function describeOpenedPart(part: OpenedPart): string[] {
  const { code, content, content_base64: base64, name, only_for: onlyFor, why } = part;
  const title = onlyFor === undefined ? name : `${name} for ${onlyFor}`;
  if (!part.opened) return [printable(`  ${title}: not opened, ${code ?? ""}: ${why ?? ""}`)];
  if (content !== undefined) {
    const shown = fields(content, "    ");
    return [`  ${printable(title)}:${shown.length === 0 ? " empty" : ""}`, ...shown];
  }
  if (base64 === undefined) return [printable(`  ${title}: opened`)];
  const size = Buffer.from(base64, "base64").length;
  return [printable(`  ${title}: ${size} bytes of another form; --json gives them in base64`)];
}

async function readMessage(file: string): Promise<Uint8Array> {
  try {
    return bounded(await readFile(file), file);
  } catch (caught) {
    if (caught instanceof TracepostError) throw caught;
    const why = caught instanceof Error ? caught.message : String(caught);
    throw new TracepostError("INPUT_INVALID", `The message cannot be read: ${why}`, {
      cause: caught,
      remedy: "Give the path of a file with an encoded message, or - for standard input.",
    });
  }
}

async function readStandardInput(): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    pieces.push(piece);
    size += piece.length;
    if (size > FILE_BYTES_MAX) break;
  }
  return bounded(Buffer.concat(pieces), "standard input");
}

function bounded(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes.length <= FILE_BYTES_MAX) return bytes;
  throw new TracepostError("INPUT_INVALID", `${name} is larger than any message`, {
    remedy: `A message has at most ${FILE_BYTES_MAX} bytes; give one message at a time.`,
  });
}

function describe(found: Inspection): string[] {
  if (found.form === "unknown") {
    return [`Not a message of tracepost.v1 (${found.size_bytes} bytes).`, ...problems(found)];
  }
  const lines = [
    `${found.form === "dispatch" ? "Dispatch" : "Envelope"}, ${found.size_bytes} bytes`,
    ...fields(found.header ?? {}, "  "),
    `  header digest: ${found.header_digest ?? ""}`,
    ...found.signatures.map(({ key_id }) => `  signed by key: ${printable(key_id)} (not checked)`),
    "Parts:",
    ...found.parts.map(describePart),
  ];
  if (found.body !== undefined) lines.push("Body (not sealed):", ...fields(found.body, "  "));
  if (found.evidence !== undefined) {
    lines.push("Evidence (not checked):", ...fields(found.evidence, "  "));
  }
  return [...lines, ...problems(found)];
}

function describePart(part: Inspection["parts"][number]): string {
  const name = part.only_for === undefined ? part.name : `${part.name} for ${part.only_for}`;
  const seal = part.sealed ? "sealed" : "open";
  const there = part.matches === undefined ? "not here" : part.matches ? "intact" : "NOT AS SIGNED";
  const content = `${part.size_bytes} bytes, ${part.schema}`;
  const facts = `${seal}, ${content}, kept as ${part.retention_class}`;
  return printable(`  ${name}: ${facts}; ${there}`);
}

function problems(found: Inspection): string[] {
  if (found.problems.length === 0) return ["Its form is right."];
  const told = found.problems.map(({ code, detail, field }) => `  - ${code} ${field} ${detail}`);
  return ["The exchange would refuse it:", ...told.map((line) => printable(line.trimEnd()))];
}

/** The fields of a message, nested ones indented. */
function fields(message: Readonly<Record<string, unknown>>, indent: string): string[] {
  return Object.entries(message).flatMap(([name, value]) => {
    if (Array.isArray(value)) {
      return value.flatMap((each) => fields({ [name]: each }, indent));
    }
    if (typeof value === "object" && value !== null) {
      const inner = fields(value as Readonly<Record<string, unknown>>, `${indent}  `);
      return [`${indent}${name}:`, ...inner];
    }
    return [printable(`${indent}${name}: ${String(value)}`)];
  });
}
