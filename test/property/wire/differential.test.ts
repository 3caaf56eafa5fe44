import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  AlertKind,
  AlertMove,
  AlertScope,
  alertKindToJSON,
  alertMoveToJSON,
  alertScopeToJSON,
  ExchangeStatus,
  exchangeStatusToJSON,
  Header,
  Instrument,
  instrumentToJSON,
  Kind,
  kindToJSON,
  Lane,
  laneToJSON,
  OutcomeClass,
  outcomeClassToJSON,
  Priority,
  priorityToJSON,
  Receipt,
  ReceiptType,
  RefusalCode,
  receiptTypeToJSON,
  refusalCodeToJSON,
  Tlp,
  TraceMove,
  tlpToJSON,
  traceMoveToJSON,
  UseRestriction,
  useRestrictionToJSON,
} from "#proto";
import { decodeExactly } from "#wire";
import { type Contract, loadContract, type PlainFields } from "../../support/contract.ts";

/** Messages of each kind that are encoded by one decoder and read by the other. */
const RUNS = 500;

let contract: Contract;

beforeAll(async () => {
  contract = await loadContract("camelCase");
});

/** Any text but "0", which stands for a number that is not on the wire. */
const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((it) => it !== "0");
const bytes = fc.uint8Array({ maxLength: 40 });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const timestamp = fc.record({
  seconds: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  nanos: fc.integer(),
});
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const oneOf = <T extends number>(names: Readonly<Record<string, T>>) =>
  fc.constantFrom(...Object.values(names));

const messageRef = fc.record({ originalSender: text, messageId: text, headerDigest: bytes });

const partInfo = fc.record({
  name: text,
  onlyFor: text,
  sha256: bytes,
  sizeBytes: uint64,
  schema: text,
  retentionClass: text,
  sealed: fc.boolean(),
});

const header: fc.Arbitrary<Header> = fc.record({
  messageId: text,
  kind: oneOf(Kind),
  sender: text,
  recipients: fc.array(text, { maxLength: 4 }),
  addressedGroup: text,
  conversationId: text,
  inReplyTo: maybe(messageRef),
  supersedes: text,
  sentAt: maybe(timestamp),
  expiresAt: maybe(timestamp),
  registerVersion: uint64,
  status: oneOf(ExchangeStatus),
  priority: oneOf(Priority),
  lane: oneOf(Lane),
  instrumentBasis: fc.array(oneOf(Instrument), { maxLength: 4 }),
  handling: maybe(
    fc.record({
      tlp: oneOf(Tlp),
      use: fc.array(oneOf(UseRestriction), { maxLength: 3 }),
      releasableTo: fc.array(text, { maxLength: 3 }),
      originatorState: text,
    }),
  ),
  disclosed: maybe(
    fc.record({
      move: oneOf(TraceMove),
      outcomeClass: oneOf(OutcomeClass),
      alertMove: oneOf(AlertMove),
      alertKind: oneOf(AlertKind),
      alertScope: oneOf(AlertScope),
      completenessTenth: fc.nat({ max: 10 }),
    }),
  ),
  parts: fc.array(partInfo, { maxLength: 4 }),
});

const receipt: fc.Arbitrary<Receipt> = fc.record({
  type: oneOf(ReceiptType),
  items: fc.array(
    fc.record({
      message: maybe(messageRef),
      code: oneOf(RefusalCode),
      field: text,
      remedy: text,
      evidence: maybe(
        fc.record({
          entry: bytes,
          index: uint64,
          checkpoint: text,
          inclusionPath: fc.array(bytes, { maxLength: 4 }),
        }),
      ),
      recipient: text,
    }),
    { maxLength: 3 },
  ),
});

/** The header as the oracle shows it: enums by name, fields that are not on the wire absent. */
function plainHeader(of: Header): PlainFields {
  return {
    ...of,
    kind: kindToJSON(of.kind),
    status: exchangeStatusToJSON(of.status),
    priority: priorityToJSON(of.priority),
    lane: laneToJSON(of.lane),
    instrumentBasis: of.instrumentBasis.map(instrumentToJSON),
    handling: of.handling && {
      ...of.handling,
      tlp: tlpToJSON(of.handling.tlp),
      use: of.handling.use.map(useRestrictionToJSON),
    },
    disclosed: of.disclosed && {
      move: traceMoveToJSON(of.disclosed.move),
      outcomeClass: outcomeClassToJSON(of.disclosed.outcomeClass),
      alertMove: alertMoveToJSON(of.disclosed.alertMove),
      alertKind: alertKindToJSON(of.disclosed.alertKind),
      alertScope: alertScopeToJSON(of.disclosed.alertScope),
      completenessTenth: of.disclosed.completenessTenth,
    },
  };
}

function plainReceipt(of: Receipt): PlainFields {
  const items = of.items.map((item) => ({ ...item, code: refusalCodeToJSON(item.code) }));
  return { ...of, type: receiptTypeToJSON(of.type), items };
}

/** What both sides must agree on: no defaults, numbers as text, bytes as hex. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value)
    .filter(([, inner]) => !isDefault(inner))
    .map(([name, inner]) => [name, comparable(inner)] as const);
  return Object.fromEntries(kept);
}

function isDefault(value: unknown): boolean {
  if (value === undefined || value === "" || value === false) return true;
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length === 0;
  if (typeof value === "string") return value === "0" || /^[A-Z_]+_UNSPECIFIED$/.test(value);
  return value === 0 || value === 0n;
}

describe("any header", () => {
  it("written by the generated code reads the same by reflection over the contract files", () => {
    fc.assert(
      fc.property(header, (of) => {
        const read = contract.decode("Header", Header.encode(of).finish());
        expect(comparable(read)).toEqual(comparable(plainHeader(of)));
      }),
      { numRuns: RUNS },
    );
  });

  it("written by reflection is byte for byte what the generated code writes", () => {
    fc.assert(
      fc.property(header, (of) => {
        const written = contract.encode("Header", plainHeader(of));
        expect(Buffer.from(written).equals(Header.encode(of).finish())).toBe(true);
        const read = decodeExactly(Header, written);
        expect(comparable(read)).toEqual(comparable(of));
      }),
      { numRuns: RUNS },
    );
  });
});

describe("any receipt", () => {
  it("reads the same both ways", () => {
    fc.assert(
      fc.property(receipt, (of) => {
        const written = Receipt.encode(of).finish();
        const read = contract.decode("Receipt", written);
        expect(comparable(read)).toEqual(comparable(plainReceipt(of)));
        const again = contract.encode("Receipt", plainReceipt(of));
        expect(Buffer.from(again).equals(written)).toBe(true);
        expect(comparable(decodeExactly(Receipt, again))).toEqual(comparable(of));
      }),
      { numRuns: RUNS },
    );
  });
});
