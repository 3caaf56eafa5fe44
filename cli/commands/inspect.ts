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

/** A dispatch is an envelope and the proof that it was logged. */
const FILE_BYTES_MAX = 2 * WIRE_LIMITS.envelopeBytesMax;

const HELP = `
Shows what everybody may know of a message: its signed header, its parts with their digests, and
what the exchange would refuse it for. Needs no key; sealed parts stay sealed. The signature is not
checked, because that takes a participant register.

Examples:
  tracepost inspect message.bin
  tracepost inspect - --json < message.bin
`;

/** Adds `inspect`: the readable head of an encoded envelope or dispatch. */
export function addInspect(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("inspect")
    .description("show the header and parts of a message")
    .argument("<file>", "an encoded envelope or dispatch; - reads standard input")
    .addHelpText("after", HELP);
  addAction<OutputOptions>(command, terminal, inspect);
}

async function inspect(_options: OutputOptions, file = ""): Promise<CommandResult> {
  const bytes = file === "-" ? await readStandardInput() : await readMessage(file);
  const found = await inspectEnvelope(bytes);
  const bad = found.problems.length > 0;
  return {
    json: found,
    lines: describe(found),
    ...(bad ? { exitCode: FAULTS.INPUT_INVALID.exitCode } : {}),
  };
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
