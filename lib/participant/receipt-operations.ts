import { Type } from "typebox";
import { EXAMPLE_IDS } from "#http";
import { ReceiptType } from "#proto";
import { HTTP_LIMITS } from "#runtime";
import { nameSchema } from "./names.ts";

/** Contracts of the routes about receipts and proofs. */

const instant = Type.String({ format: "date-time" });
const base64 = (description: string) => Type.String({ description: `${description}, base64` });
const participant = (description: string) =>
  Type.Optional(Type.String({ maxLength: HTTP_LIMITS.nameCharsMax, description }));
const MessageParams = Type.Object(
  { messageId: Type.String({ maxLength: HTTP_LIMITS.nameCharsMax }) },
  { additionalProperties: false },
);

const unwitnessed = Type.Boolean({
  description: "No quorum of witnesses has cosigned a log with this entry: not proven yet to all",
});

const afterEnd = Type.Boolean({
  description:
    "Recorded in a log that was lost, after the last checkpoint of it that a quorum has " +
    "cosigned; what it is about is recorded again in the log that succeeds it",
});

const Receipts = Type.Object({
  messageId: Type.String(),
  state: Type.String({ description: "Where the message is on its way" }),
  headerDigest: Type.Optional(base64("SHA-256 of the message's header")),
  receipts: Type.Array(
    Type.Object({
      type: nameSchema(ReceiptType),
      by: Type.String({ description: "Who signed it: a participant, or GATEWAY" }),
      recipient: Type.Optional(Type.String({ description: "Whom it is about" })),
      code: Type.Optional(Type.String({ description: "Why the message was not taken" })),
      field: Type.Optional(Type.String({ description: "What was wrong in it" })),
      logIndex: Type.Optional(Type.Integer({ description: "Place of the message in the log" })),
      unwitnessed: Type.Optional(unwitnessed),
      log: Type.Optional(
        Type.String({ description: "Name of the log it stands in, where there was another" }),
      ),
      afterEnd: Type.Optional(afterEnd),
      receiptId: Type.String(),
      receivedAt: instant,
      envelope: base64("The receipt as it was signed: an encoded tracepost.v1.Envelope"),
      proof: Type.Optional(
        Type.String({ description: "That the receipt was logged, as a C2SP tlog-proof" }),
      ),
    }),
  ),
});

const Proof = Type.Object({
  sender: Type.String({ description: "Participant id of the sender" }),
  messageId: Type.String(),
  headerDigest: base64("SHA-256 of the message's header"),
  entry: base64("The entry of the log: an encoded tracepost.v1.LogEntry"),
  index: Type.Integer({ minimum: 0, description: "Its place in the log" }),
  inclusionPath: Type.Array(Type.String(), {
    description: "Hashes from the entry to the root (RFC 6962), base64",
  }),
  checkpoint: Type.String({ description: "Size and root of the log, signed (C2SP)" }),
  unwitnessed: Type.Optional(unwitnessed),
  afterEnd: Type.Optional(afterEnd),
  file: Type.String({ description: "All of this as one file, a C2SP tlog-proof" }),
  register: Type.Object(
    {
      version: Type.String(),
      logOrigin: Type.String({ description: "Name of the log, as checkpoints begin with it" }),
      checkpointKeys: Type.Array(Type.String(), { description: "Ids of the keys that sign them" }),
    },
    { description: "What to verify it with; take the keys from a register of your own" },
  ),
});

const receipt = {
  type: "DELIVERED",
  by: "AT",
  recipient: "AT",
  receiptId: "019b0f6e-7c20-7e41-a2b3-c4d5e6f70819",
  receivedAt: "2026-02-02T09:12:04.911Z",
  envelope: "CpwBCiQwMTliMGY2ZS03YzIwLTdlNDEtYTJiMy1jNGQ1ZTZmNzA4MTk=",
  proof: "c2sp.org/tlog-proof@v1\nextra CAEQAQ==\nindex 42\n\nhub.example/log\n43\n…",
} as const;

/** `GET /v1/messages/:messageId/receipts`. */
export const LIST_RECEIPTS = {
  schema: {
    operationId: "listReceipts",
    summary: "What the exchange and the recipients have signed about a message of this State",
    description:
      `At most ${HTTP_LIMITS.receiptsShownMax}; of a message to many ask for one recipient at a ` +
      "time. A receipt may be about other messages too, but holds no content of any.",
    tags: ["receipts"],
    params: MessageParams,
    querystring: Type.Object(
      { recipient: participant("Only about this participant") },
      { additionalProperties: false },
    ),
    response: { 200: Receipts },
  },
  config: {
    permission: "receipts:read",
    problems: ["NOT_FOUND"],
    examples: {
      delivered: {
        summary: "What Austria says of a request",
        parameters: { messageId: EXAMPLE_IDS.sentMessage, recipient: "AT" },
        status: 200,
        answer: {
          messageId: EXAMPLE_IDS.sentMessage,
          state: "delivered",
          headerDigest: "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
          receipts: [receipt],
        },
      },
    },
  },
} as const;

/** `GET /v1/messages/:messageId/proof`. */
export const SHOW_PROOF = {
  schema: {
    operationId: "showProof",
    summary: "What proves to anybody, offline, that a message was logged",
    description:
      "Of a message of this State, or with `sender` of one that was received from it. It was " +
      "verified when it came and is verified again before it is given.",
    tags: ["receipts"],
    params: MessageParams,
    querystring: Type.Object(
      { sender: participant("Of a message received: who sent it") },
      { additionalProperties: false },
    ),
    response: { 200: Proof },
  },
  config: {
    permission: "receipts:read",
    problems: ["NOT_FOUND", "NOT_YET_LOGGED", "VERIFICATION"],
    examples: {
      sent: {
        summary: "A request of this State",
        parameters: { messageId: EXAMPLE_IDS.sentMessage },
        status: 200,
        answer: {
          sender: "KE",
          messageId: EXAMPLE_IDS.sentMessage,
          headerDigest: "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
          entry: "CAEQAQ==",
          index: 41,
          inclusionPath: ["jYkBCcvYZRCxYFUpfGJ2cG5wqWWDuIsVt9RsEw5fYVQ="],
          checkpoint: "hub.example/log\n42\n…",
          file: "c2sp.org/tlog-proof@v1\nextra CAEQAQ==\nindex 41\n…",
          register: {
            version: "1",
            logOrigin: "hub.example/log",
            checkpointKeys: ["checkpoint-1"],
          },
        },
      },
    },
  },
} as const;
