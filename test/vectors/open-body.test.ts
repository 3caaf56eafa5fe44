import { describe, expect, it } from "vitest";
import type { Outcome } from "#errors";
import {
  GapNotice,
  laneToJSON,
  Receipt,
  type ReceiptItem,
  receiptTypeToJSON,
  refusalCodeToJSON,
  Void,
} from "#proto";
import {
  type ParsedMessage,
  parseEnvelope,
  parseGapNotice,
  parseMonitorFeed,
  parseReceipt,
  parseVoid,
} from "#wire";
import { loadContract } from "../support/contract.ts";
import { bytesOf, type InvalidVector, readVectors } from "../support/vectors.ts";

/** A refusal says in words what was found. */
const SAID = expect.stringMatching(/\w/);

interface ValidBody {
  readonly name: string;
  readonly message: string;
  readonly bytes: string;
  readonly expected: unknown;
}

type InvalidBody = InvalidVector & { readonly message: string };

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Reads the body as the kind of message it is said to be, in the words of the contract. */
function read(message: string, parsed: ParsedMessage): Outcome<unknown> {
  switch (message) {
    case "Receipt":
      return inWords(parseReceipt(parsed), ({ items, type }) => ({
        type: receiptTypeToJSON(type),
        items: items.map(itemInWords),
      }));
    case "Void":
      return inWords(parseVoid(parsed), ({ numbers }) => ({
        numbers: numbers.map(({ lane, messageId, pairSequence }) => ({
          lane: laneToJSON(lane),
          pair_sequence: Number(pairSequence),
          message_id: messageId,
        })),
      }));
    case "MonitorFeed":
      return inWords(parseMonitorFeed(parsed), ({ bytes }) => feedInWords(bytes));
    default:
      return inWords(parseGapNotice(parsed), ({ missing }) => ({
        missing: missing.map(({ first, lane, last }) => ({
          lane: laneToJSON(lane),
          first: Number(first),
          last: Number(last),
        })),
      }));
  }
}

function inWords<T>(body: Outcome<T>, words: (value: T) => unknown): Outcome<unknown> {
  return body.ok ? { ok: true, value: words(body.value) } : body;
}

const contract = await loadContract("snake_case");

/** By the contract alone, in what JSON can hold. */
function feedInWords(bytes: Uint8Array): unknown {
  const type = contract.types.get("MonitorFeed");
  const fields = type?.toObject(type.decode(bytes), { longs: Number, enums: String, bytes: Array });
  const plain = (value: unknown, name = ""): unknown => {
    if (BYTES.has(name)) return hex(Uint8Array.from(value as number[]));
    if (Array.isArray(value)) return value.map((one) => plain(one));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one, key)]));
  };
  return plain(fields);
}

const BYTES: ReadonlySet<string> = new Set(["salt", "previous_digest", "events_digest"]);

function itemInWords({ code, evidence, field, message, recipient, remedy }: ReceiptItem) {
  return {
    message: {
      original_sender: message?.originalSender,
      message_id: message?.messageId,
      header_digest: hex(message?.headerDigest ?? new Uint8Array()),
    },
    ...(code === 0 ? {} : { code: refusalCodeToJSON(code) }),
    ...(field === "" ? {} : { field }),
    ...(remedy === "" ? {} : { remedy }),
    ...(recipient === "" ? {} : { recipient }),
    ...(evidence === undefined
      ? {}
      : {
          evidence: {
            entry: hex(evidence.entry),
            index: Number(evidence.index),
            checkpoint: evidence.checkpoint,
          },
        }),
  };
}

function parsed(bytes: string): ParsedMessage {
  const message = parseEnvelope(bytesOf(bytes), { allowGatewaySender: true });
  if (!message.ok) expect.unreachable(JSON.stringify(message.refusal));
  return message.value;
}

describe("the golden vectors of bodies that are not sealed", () => {
  const valid = readVectors<ValidBody[]>("open-body/valid.json");
  const invalid = readVectors<InvalidBody[]>("open-body/invalid.json");

  it.each(valid)("hold a body that is taken: $name", ({ bytes, expected, message }) => {
    expect(read(message, parsed(bytes))).toEqual({ ok: true, value: expected });
  });

  it.each(invalid)("hold a body that is refused: $name", ({ bytes, code, field, message }) => {
    const body = read(message, parsed(String(bytes)));
    expect(body).toMatchObject({ ok: false, refusal: { code, field, detail: SAID } });
  });

  it("are of one kind each", () => {
    const [delivered] = valid;
    const message = parsed(delivered?.bytes ?? "");
    for (const other of [Void, GapNotice]) {
      const body = read(other === Void ? "Void" : "GapNotice", message);
      expect(body).toMatchObject({
        ok: false,
        refusal: { code: "MALFORMED", field: "header.kind" },
      });
    }
    expect(
      Receipt.decode(message.envelope.parts[0]?.content ?? new Uint8Array()).items,
    ).toHaveLength(1);
  });
});
