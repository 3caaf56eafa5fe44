import { Type } from "typebox";

/** Contracts of the routes of a witness: C2SP tlog-witness, all open (TP-LOG-18). */

const note = (description: string) => ({
  description,
  content: { "text/plain": { schema: Type.String() } },
});

/** `POST /add-checkpoint`. */
export const ADD_CHECKPOINT = {
  schema: {
    operationId: "addCheckpoint",
    summary: "Cosigns a checkpoint that extends the one cosigned last",
    description:
      "C2SP tlog-witness. Nobody is asked who he is: what the log has signed is enough. The size " +
      "cosigned last is the answer when another was named.",
    tags: ["log"],
    body: Type.String({ description: "`old` and size, proof, an empty line, the checkpoint" }),
    response: {
      200: note("Signature lines of this witness"),
      400: note("No such request, or an old size above the checkpoint's"),
      403: note("Not signed by a key of the log"),
      404: note("A log that this witness does not watch"),
      409: {
        description: "Another size was cosigned last: this one",
        content: { "text/x.tlog.size": { schema: Type.String() } },
      },
      422: note("Not an extension of what was cosigned last"),
    },
  },
  config: {
    examples: {
      first: {
        summary: "The first checkpoint of a log",
        body: "old 0\n\nexchange.example/log\n118\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— …\n",
        status: 200,
        answer: "— witness.example/w1 …\n",
      },
    },
  },
} as const;

/** `GET /<origin hash>/checkpoint`. */
export const SHOW_WITNESSED = {
  schema: {
    operationId: "fetchWitnessed",
    summary: "The checkpoint that this witness has cosigned last",
    description: "Of a log that has ended too.",
    tags: ["log"],
    params: Type.Object({
      originHash: Type.String({ pattern: "^[0-9a-f]{64}$", description: "SHA-256 of the origin" }),
    }),
    response: { 200: note("With the lines of the log and of the witness") },
  },
  config: {
    problems: ["NOT_FOUND"],
    examples: {
      newest: {
        summary: "Signed twice",
        parameters: { originHash: "0".repeat(64) },
        status: 200,
        answer: "exchange.example/log\n118\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— …\n",
      },
    },
  },
} as const;

/** `GET /conflicts`. */
export const LIST_CONFLICTS = {
  schema: {
    operationId: "listConflicts",
    summary: "Pairs of signed checkpoints that cannot both be true",
    description:
      "Each pair proves to anybody that the log it names was forked, and who signed it. Of every " +
      "log that was ever watched here.",
    tags: ["log"],
    response: {
      200: Type.Object({
        conflicts: Type.Array(
          Type.Object({
            size: Type.Integer({ minimum: 0 }),
            seenAt: Type.String({ format: "date-time" }),
            kept: Type.String({ description: "Cosigned by this witness" }),
            other: Type.String({ description: "Signed by the log, and refused" }),
          }),
        ),
      }),
    },
  },
  config: {
    examples: { none: { summary: "As it should be", status: 200, answer: { conflicts: [] } } },
  },
} as const;
