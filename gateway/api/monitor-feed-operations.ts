import { Type } from "typebox";
import { EXAMPLE_IDS, problemOf } from "#http";
import { MONITOR_FEED_LIMITS } from "#runtime";

/** Contract of the route where monitors fetch what they lack. */

/** Base64 is a third longer than what it holds. */
const REQUEST_TEXT_MAX = Math.ceil(MONITOR_FEED_LIMITS.requestBytesMax / 3) * 4;

/** `POST /monitor-feed`, open: the signature says who asks. */
export const FETCH_FEED = {
  schema: {
    operationId: "fetchFeed",
    summary: "Messages of a regional monitor's own feed, from a number on",
    description:
      "For a monitor that lacks numbers of its chain. The request is a SignedFeedRequest: it names " +
      "the monitor, the log of this exchange, the first number and how many, and a time that is " +
      "now and later than that of every request before; a header key of the monitor has signed it. " +
      "The answer is a FeedPage.",
    tags: ["participants"],
    body: Type.Object(
      {
        request: Type.String({
          pattern: "^[A-Za-z0-9+/]+={0,2}$",
          maxLength: REQUEST_TEXT_MAX,
          description: "The signed request, base64",
        }),
      },
      { additionalProperties: false },
    ),
    response: {
      200: {
        description: "A FeedPage: messages in their order, signed by the gateway",
        content: {
          "application/octet-stream": { schema: Type.String({ contentEncoding: "binary" }) },
        },
      },
    },
  },
  config: {
    problems: ["FEED_UNPROVEN", "FEED_NOT_FED", "FEED_REPEATED", "FEED_AHEAD", "FEED_GONE"],
    examples: {
      page: {
        summary: "What there is from number 1 on",
        body: { request: EXAMPLE_IDS.feedRequest },
        status: 200,
        answer: "(bytes of a page)",
      },
      unsigned: {
        summary: "Bytes that nobody has signed",
        body: { request: "bm8gcmVxdWVzdA==" },
        status: 401,
        answer: problemOf("FEED_UNPROVEN", {
          field: "request",
          detail: "MALFORMED: is not encoded as we do",
        }),
      },
    },
  },
} as const;
