import { hash } from "node:crypto";
import type { Contract, PlainFields } from "../../support/contract.ts";
import { fixedKey, PAYLOAD_TYPE, signAs } from "./fixed-keys.ts";
import { bytesField } from "./raw-protobuf.ts";

/** When the messages of the vectors were sent: 1 March 2026, noon UTC, in seconds. */
export const SENT_AT = Date.UTC(2026, 2, 1, 12) / 1_000;
/** 90 days later. */
export const EXPIRES_AT = SENT_AT + 90 * 86_400;

/** One part of a sample, with what the header says about it unless told otherwise. */
export interface SamplePart {
  readonly name: string;
  readonly only_for?: string;
  readonly content: Uint8Array;
  readonly schema: string;
  readonly retention_class: string;
  readonly sealed: boolean;
}

/** A message before it is encoded. */
export interface Sample {
  readonly header: PlainFields;
  readonly parts: readonly SamplePart[];
}

/** The `number`-th message id of the vectors. */
export function messageId(number: number): string {
  return `019cb8f2-8800-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** The one conversation of the vectors. */
export const CONVERSATION = "3f2b1c9e-7a54-4c1d-9be0-5a2f6c7d8e90";

/** Bytes that look like an age file. What is inside matters to nobody but a recipient. */
export function ageLike(about: string): Buffer {
  const filler = hash("sha256", about, "base64").slice(0, 43);
  return Buffer.from(
    `age-encryption.org/v1\n-> mlkem768x25519 ${filler}\n${filler}\n--- ${filler}\n${about}`,
  );
}

/** A sealed body and the key part of each recipient. */
export function sealedParts(schema: string, recipients: readonly string[]): SamplePart[] {
  return [contentPart("body", schema), ...recipients.map((recipient) => keyPart("key", recipient))];
}

/** A part for every recipient. */
export function contentPart(name: string, schema: string): SamplePart {
  const content = ageLike(`${name} of ${schema}`);
  return { name, content, schema, retention_class: "trace", sealed: true };
}

/** A part for one recipient. */
export function keyPart(name: string, recipient: string): SamplePart {
  return {
    name,
    only_for: recipient,
    content: ageLike(`${name} for ${recipient}`),
    schema: "tracepost.v1.KeyPart",
    retention_class: "transport",
    sealed: true,
  };
}

/** The one readable part of a kind that is not sealed. */
export function openPart(schema: string, content: Uint8Array): SamplePart {
  return { name: "body", content, schema, retention_class: "transport", sealed: false };
}

/** NE asks AT: an ordinary trace request, to which the invalid vectors do one thing each. */
export function traceRequest(): Sample {
  return {
    header: {
      message_id: messageId(1),
      kind: "KIND_TRACE_REQUEST",
      sender: "NE",
      recipients: ["AT"],
      conversation_id: CONVERSATION,
      sent_at: { seconds: SENT_AT },
      expires_at: { seconds: EXPIRES_AT },
      register_version: 1,
      status: "EXCHANGE_STATUS_TEST",
      priority: "PRIORITY_ROUTINE",
      lane: "LANE_NORMAL",
      instrument_basis: ["INSTRUMENT_ITI"],
      handling: {
        tlp: "TLP_AMBER",
        use: ["USE_RESTRICTION_ANY_LAWFUL"],
        originator_state: "NE",
      },
      disclosed: { move: "TRACE_MOVE_REQUEST" },
    },
    parts: sealedParts("tracepost.v1.TraceRequest", ["AT"]),
  };
}

/** A message of a kind that is not sealed, from NE to AT. */
export function openMessage(kind: string, schema: string, body: Uint8Array): Sample {
  return {
    header: {
      message_id: messageId(2),
      kind,
      sender: "NE",
      recipients: ["AT"],
      sent_at: { seconds: SENT_AT },
      expires_at: { seconds: EXPIRES_AT },
      register_version: 1,
      status: "EXCHANGE_STATUS_TEST",
      priority: "PRIORITY_ROUTINE",
      lane: "LANE_NORMAL",
    },
    parts: [openPart(schema, body)],
  };
}

/** A sample with some header fields replaced; `undefined` takes one away. */
export function withHeader(sample: Sample, changes: PlainFields): Sample {
  return { ...sample, header: { ...sample.header, ...changes } };
}

/** The line of the header's table that belongs to a part. */
export function infoOf(part: SamplePart): PlainFields {
  return {
    name: part.name,
    only_for: part.only_for ?? "",
    sha256: hash("sha256", part.content, "buffer"),
    size_bytes: part.content.length,
    schema: part.schema,
    retention_class: part.retention_class,
    sealed: part.sealed,
  };
}

/** Encodes samples, and pieces of them for vectors that put them together wrongly. */
export class Encoder {
  readonly #contract: Contract;

  constructor(contract: Contract) {
    this.#contract = contract;
  }

  /** A message of the contract. */
  message(name: string, fields: PlainFields): Buffer {
    return Buffer.from(this.#contract.encode(name, fields));
  }

  /** The header of a sample; `table` replaces lines of its table of parts. */
  header(sample: Sample, table = sample.parts.map(infoOf)): Buffer {
    return this.message("Header", { ...sample.header, parts: table });
  }

  /** One signature by the sender's key, or the gateway's. */
  signature(headerBytes: Uint8Array, signer = "NE"): Buffer {
    const isGateway = signer === "GATEWAY";
    const type = isGateway ? PAYLOAD_TYPE.receipt : PAYLOAD_TYPE.header;
    const key = fixedKey(isGateway ? "gateway receipt" : signer);
    const value = signAs(key, type, headerBytes);
    return this.message("Signature", { key_id: key.keyId, value });
  }

  /** One part as it travels. */
  part({ name, only_for = "", content }: SamplePart): Buffer {
    return this.message("Part", { name, only_for, content });
  }

  /** An envelope of header bytes and parts. */
  envelope(headerBytes: Uint8Array, parts: readonly SamplePart[], signer?: string): Buffer {
    return Buffer.concat([
      bytesField(1, headerBytes),
      bytesField(2, this.signature(headerBytes, signer)),
      ...parts.map((part) => bytesField(3, this.part(part))),
    ]);
  }

  /** A whole sample, signed by its sender. */
  sample(sample: Sample): Buffer {
    const signer = String(sample.header.sender);
    return this.envelope(this.header(sample), sample.parts, signer);
  }
}
