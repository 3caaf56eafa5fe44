import {
  Dispatch,
  Envelope,
  FeedPage,
  GapNotice,
  Kind,
  MonitorFeed,
  Receipt,
  SignedFeedRequest,
  Void,
} from "#proto";
import {
  checkSubject,
  inSubject,
  inspectEnvelope,
  outSubject,
  type ParsedMessage,
  parseDispatch,
  parseEnvelope,
  parseFeedPage,
  parseFeedRequest,
  parseFilteredEnvelope,
  parseGapNotice,
  parseInSubject,
  parseMonitorFeed,
  parseOutSubject,
  parseReceipt,
  parseVoid,
} from "#wire";
import { ofOptional, ofOutcome, type Target, textTarget } from "../verdict.ts";

const PARTICIPANT_OR_GATEWAY = { allowGatewaySender: true };

const SPEAKERS = { gateway: "GATEWAY", recipient: "NE" } as const;

/** A message of a kind whose body is read, around any bytes: the header is not looked at again. */
function around(kind: Kind, content: Uint8Array, sender: string): ParsedMessage {
  return {
    header: { kind, sender, recipients: ["AT"] },
    envelope: { parts: [{ name: "body", onlyFor: "", content }] },
  } as unknown as ParsedMessage;
}

/** Parsers of what comes from NATS (TP-WIRE-1 to TP-WIRE-19). */
export const WIRE_TARGETS: readonly Target[] = [
  {
    corpus: "envelope",
    parses: ["parseEnvelope", "checkSubject"],
    read(input) {
      const outcome = parseEnvelope(input, PARTICIPANT_OR_GATEWAY);
      if (outcome.ok) {
        const { kind, lane, sender } = outcome.value.header;
        const isOwn = sender !== "GATEWAY";
        const subject = isOwn ? outSubject(sender, lane, kind) : "tp.in.NE.normal.receipt";
        ofOutcome(checkSubject(outcome.value, subject));
      }
      return ofOutcome(outcome, ({ envelope }) => Envelope.encode(envelope).finish());
    },
  },
  {
    corpus: "envelope",
    parses: ["parseFilteredEnvelope"],
    read: (input) =>
      ofOutcome(parseFilteredEnvelope(input), ({ envelope }) => Envelope.encode(envelope).finish()),
  },
  {
    corpus: "envelope",
    parses: ["inspectEnvelope"],
    share: 0.1,
    async read(input) {
      JSON.stringify(await inspectEnvelope(input));
      return { accepted: true };
    },
  },
  {
    corpus: "dispatch",
    parses: ["parseDispatch"],
    read: (input) =>
      ofOutcome(parseDispatch(input, PARTICIPANT_OR_GATEWAY), ({ dispatch }) =>
        Dispatch.encode(dispatch).finish(),
      ),
  },
  ...(["gateway", "recipient"] as const).map(
    (speaker): Target => ({
      corpus: `receipt-of-${speaker}`,
      parses: ["parseReceipt"],
      read: (input) =>
        ofOutcome(parseReceipt(around(Kind.RECEIPT, input, SPEAKERS[speaker])), (receipt) =>
          Receipt.encode(receipt).finish(),
        ),
    }),
  ),
  {
    corpus: "void",
    parses: ["parseVoid"],
    read: (input) =>
      ofOutcome(parseVoid(around(Kind.VOID, input, "BR")), (body) => Void.encode(body).finish()),
  },
  {
    corpus: "gap-notice",
    parses: ["parseGapNotice"],
    read: (input) =>
      ofOutcome(parseGapNotice(around(Kind.GAP_NOTICE, input, "BR")), (body) =>
        GapNotice.encode(body).finish(),
      ),
  },
  {
    corpus: "monitor-feed",
    parses: ["parseMonitorFeed"],
    read: (input) =>
      ofOutcome(parseMonitorFeed(around(Kind.MONITOR_FEED, input, "GATEWAY")), ({ feed }) =>
        MonitorFeed.encode(feed).finish(),
      ),
  },
  {
    corpus: "feed-request",
    parses: ["parseFeedRequest"],
    read: (input) =>
      ofOutcome(parseFeedRequest(input), ({ bytes, signature }) =>
        SignedFeedRequest.encode({ request: bytes, signature }).finish(),
      ),
  },
  {
    corpus: "feed-page",
    parses: ["parseFeedPage"],
    read: (input) => ofOutcome(parseFeedPage(input), (page) => FeedPage.encode(page).finish()),
  },
  textTarget("subject", ["parseOutSubject"], (text) =>
    ofOptional(parseOutSubject(text), ({ participant, lane, kind }) =>
      outSubject(participant, lane, kind),
    ),
  ),
  textTarget("subject", ["parseInSubject"], (text) =>
    ofOptional(parseInSubject(text), ({ participant, lane, kind }) =>
      inSubject(participant, lane, kind),
    ),
  ),
];
