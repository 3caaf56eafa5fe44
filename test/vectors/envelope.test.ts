import { describe, expect, it } from "vitest";
import {
  alertKindToJSON,
  alertMoveToJSON,
  alertScopeToJSON,
  exchangeStatusToJSON,
  type Header,
  instrumentToJSON,
  kindToJSON,
  laneToJSON,
  outcomeClassToJSON,
  type PartInfo,
  priorityToJSON,
  traceMoveToJSON,
} from "#proto";
import { type ParsedMessage, parseEnvelope, signaturesDigest, timestampMs } from "#wire";
import { bytesOf, type InvalidVector, readVectors } from "../support/vectors.ts";

/** A refusal says in words what was found. */
const SAID = expect.stringMatching(/\w/);

interface ValidVector {
  readonly name: string;
  readonly bytes: string;
  readonly header_digest: string;
  readonly signatures_digest: string;
  readonly expected: Readonly<Record<string, unknown>>;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** What a message says, in the words of the contract; what is empty is left out. */
function inWords({ header }: ParsedMessage): Record<string, unknown> {
  const { disclosed, inReplyTo } = header;
  const words: Record<string, unknown> = {
    message_id: header.messageId,
    kind: kindToJSON(header.kind),
    sender: header.sender,
    recipients: header.recipients,
    addressed_group: header.addressedGroup,
    conversation_id: header.conversationId,
    in_reply_to: inReplyTo && {
      original_sender: inReplyTo.originalSender,
      message_id: inReplyTo.messageId,
      header_digest: hex(inReplyTo.headerDigest),
    },
    supersedes: header.supersedes,
    sent_at_ms: timestampMs(header.sentAt),
    expires_at_ms: timestampMs(header.expiresAt),
    register_version: Number(header.registerVersion),
    status: exchangeStatusToJSON(header.status),
    priority: priorityToJSON(header.priority),
    lane: laneToJSON(header.lane),
    instrument_basis: header.instrumentBasis.map(instrumentToJSON),
    disclosed: disclosed && disclosedInWords(disclosed),
    parts: header.parts.map(partInWords),
  };
  return withoutEmpty(words);
}

function disclosedInWords(disclosed: NonNullable<Header["disclosed"]>): Record<string, unknown> {
  const { move, outcomeClass, alertMove, alertKind, alertScope } = disclosed;
  return {
    ...(move === 0 ? {} : { move: traceMoveToJSON(move) }),
    ...(alertMove === 0 ? {} : { alert_move: alertMoveToJSON(alertMove) }),
    ...(alertKind === 0 ? {} : { alert_kind: alertKindToJSON(alertKind) }),
    ...(alertScope === 0 ? {} : { alert_scope: alertScopeToJSON(alertScope) }),
    ...(outcomeClass === 0 ? {} : { outcome_class: outcomeClassToJSON(outcomeClass) }),
  };
}

function partInWords(info: PartInfo): Record<string, unknown> {
  return {
    name: info.name,
    only_for: info.onlyFor,
    size_bytes: Number(info.sizeBytes),
    schema: info.schema,
    retention_class: info.retentionClass,
    sealed: info.sealed,
    sha256: hex(info.sha256),
  };
}

function withoutEmpty(words: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const said = Object.entries(words).filter(
    ([, value]) => value !== "" && value !== undefined && (value as unknown[]).length !== 0,
  );
  return Object.fromEntries(said);
}

describe("the golden vectors of the envelope", () => {
  const valid = readVectors<ValidVector[]>("envelope/valid.json");
  const invalid = readVectors<InvalidVector[]>("envelope/invalid.json");

  it.each(valid)("hold a message that is taken: $name", (vector) => {
    const parsed = parseEnvelope(bytesOf(vector.bytes));
    if (!parsed.ok) expect.unreachable(JSON.stringify(parsed.refusal));
    expect(inWords(parsed.value)).toEqual(vector.expected);
    expect(hex(parsed.value.headerDigest)).toBe(vector.header_digest);
    const signatures = signaturesDigest(parsed.value.envelope.signatures);
    expect(hex(signatures)).toBe(vector.signatures_digest);
  });

  it.each(invalid)("hold bytes that are refused: $name", ({ bytes, code, field }) => {
    const parsed = parseEnvelope(bytesOf(bytes));
    expect(parsed).toMatchObject({ ok: false, refusal: { code, field, detail: SAID } });
  });

  it("break every requirement on bytes, names, headers and parts at least once", () => {
    const broken = new Set(invalid.map(({ rule }) => rule));
    // 3 is broken by signatures of the wrong form; 5 is about subjects.
    const rules = [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14].map((rule) => `TP-WIRE-${rule}`);
    expect(rules.filter((rule) => !broken.has(rule))).toEqual([]);
    expect(new Set(invalid.map(({ name }) => name)).size).toBe(invalid.length);
  });
});
