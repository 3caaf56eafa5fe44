import { Type } from "typebox";
import { problemOf } from "#http";

/** Contracts of the open routes of the message log (TP-LOG-13): C2SP tlog-tiles, hashes alone. */

/** `GET /checkpoint`. */
export const FETCH_CHECKPOINT = {
  schema: {
    operationId: "fetchCheckpoint",
    summary: "The newest signed checkpoint of the message log",
    description: "C2SP tlog-checkpoint. Whoever keeps one can see later that nothing was changed.",
    tags: ["log"],
    querystring: Type.Object(
      {
        cosigned: Type.Optional(
          Type.Boolean({ description: "The newest one that a quorum of witnesses has cosigned" }),
        ),
      },
      { additionalProperties: false },
    ),
    response: {
      200: {
        description: "A signed note",
        content: { "text/plain": { schema: Type.String() } },
      },
    },
  },
  config: {
    problems: ["NOT_FOUND"],
    examples: {
      newest: {
        summary: "Origin, size, root, and under them the signatures",
        status: 200,
        answer: "exchange.example/log\n118\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— …\n",
      },
      unwitnessed: {
        summary: "Nobody has cosigned a checkpoint of this log",
        parameters: { cosigned: true },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;

/** `GET /tile/<L>/<N>[.p/<W>]`; what follows the level holds slashes. */
export const FETCH_TILE = {
  schema: {
    operationId: "fetchTile",
    summary: "Hashes of the message log",
    description:
      "C2SP tlog-tiles: `tile/<L>/<N>[.p/<W>]`. A tile that a signed checkpoint covers never " +
      "changes. Entries are not handed out: they belong to the parties.",
    tags: ["log"],
    params: Type.Object({
      level: Type.String({ pattern: "^[0-9]{1,2}$", description: "0 for leaves" }),
      rest: Type.String({ maxLength: 40, description: "Index and width, such as `x001/234.p/17`" }),
    }),
    response: {
      200: {
        description: "SHA-256 hashes, one after the other",
        content: {
          "application/octet-stream": { schema: Type.String({ contentEncoding: "binary" }) },
        },
      },
    },
  },
  config: {
    problems: ["NOT_FOUND"],
    examples: {
      first: {
        summary: "The first leaf hash",
        parameters: { level: "0", rest: "000.p/1" },
        status: 200,
        answer: "(32 bytes)",
      },
      ahead: {
        summary: "A tile that no checkpoint covers yet",
        parameters: { level: "0", rest: "x999/999" },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;
