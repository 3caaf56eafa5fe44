import type { PlainFields } from "../../support/contract.ts";
import type { Row } from "./refused-row.ts";

const SALT = Buffer.alloc(16, 5);
const DIGEST = Buffer.alloc(32, 6);

/** The first message of the chain of AT. */
const FIRST: PlainFields = {
  monitor: "AT",
  number: 1,
  made_at: { seconds: 1_772_366_400 },
  register_version: 7,
  events: {
    events: [
      {
        log_index: 3,
        salt: SALT,
        kind: "KIND_TRACE_REQUEST",
        from_state: "NE",
        to_state: "BR",
        recipients: 1,
        status: "EXCHANGE_STATUS_ACTUAL",
        priority: "PRIORITY_ROUTINE",
        recorded_hour: 492_323,
        move: "TRACE_MOVE_REQUEST",
        chain_length: 1,
        completeness_tenth: 9,
      },
    ],
  },
};

const RELEASE: PlainFields = {
  body: "ECOWAS",
  length: "PERIOD_LENGTH_MONTH",
  period: "2026-02",
  vintage: 1,
  released_on: "2026-03-15",
  status: "EXCHANGE_STATUS_ACTUAL",
  threshold: 5,
  states_expected: 12,
  states_reporting: 9,
  tables: [
    {
      name: "MESSAGES_BY_KIND",
      dimensions: ["KIND"],
      cells: [
        { keys: ["TRACE_REQUEST"], status: "CELL_STATUS_PUBLISHED", value: 17 },
        { keys: ["ALERT"], status: "CELL_STATUS_PRIMARY" },
        { keys: [""], status: "CELL_STATUS_PUBLISHED", value: 20 },
      ],
    },
  ],
};

const SHARE: PlainFields = {
  day: "2026-02-28",
  salt: SALT,
  log_index: 40,
  events: 2,
  events_digest: DIGEST,
  counts: [{ kind: "KIND_TRACE_REQUEST", status: "EXCHANGE_STATUS_ACTUAL", records: 2 }],
};

const without = (body: PlainFields, ...names: readonly string[]): PlainFields =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));

function holding(content: PlainFields): PlainFields {
  return { ...without(FIRST, "events"), number: 2, previous_digest: DIGEST, ...content };
}

/** What the gateway feeds a regional monitor, as it is taken. */
export function validFeeds(): readonly (readonly [name: string, body: PlainFields])[] {
  return [
    ["the first feed, one event", FIRST],
    ["a feed with a release", holding({ release: RELEASE })],
    ["a feed with the share of a day", holding({ counts: SHARE })],
  ];
}

/** And as it is refused. */
export function invalidFeeds(): Row[] {
  const field = (name: string): string => `monitor_feed.${name}`;
  const bad = (what: string, name: string, body: PlainFields): Row => {
    return [what, "MALFORMED", field(name), body];
  };
  const event = (changes: PlainFields): PlainFields => {
    const { events } = FIRST.events as { readonly events: readonly PlainFields[] };
    return { ...FIRST, events: { events: [{ ...events[0], ...changes }] } };
  };
  const release = (changes: PlainFields) => holding({ release: { ...RELEASE, ...changes } });
  const cell = (changes: PlainFields) => {
    const keys = ["TRACE_REQUEST"];
    const cells = [{ keys, status: "CELL_STATUS_PUBLISHED", value: 17, ...changes }];
    return release({ tables: [{ name: "MESSAGES_BY_KIND", dimensions: ["KIND"], cells }] });
  };
  const share = (changes: PlainFields) => holding({ counts: { ...SHARE, ...changes } });
  return [
    ["a feed that is text", "MALFORMED", "body", Buffer.from("hello")],
    bad("the feed of another monitor", "monitor", { ...FIRST, monitor: "BR" }),
    bad("a feed of number 0", "number", without(FIRST, "number")),
    bad("a second feed behind nothing", "previous_digest", { ...FIRST, number: 2 }),
    bad("a feed made at no time", "made_at", without(FIRST, "made_at")),
    bad("a feed under no register", "register_version", without(FIRST, "register_version")),
    bad("a feed of nothing", "content", without(FIRST, "events")),
    bad("a feed of no events", "events", { ...FIRST, events: {} }),
    bad("an event without a salt", "events[0].salt", event({ salt: Buffer.of() })),
    bad("an event of no kind", "events[0].kind", event({ kind: 0 })),
    bad("an event of an unknown status", "events[0].status", event({ status: 9 })),
    bad("an event of no State", "events[0].from_state", event({ from_state: "niger" })),
    bad(
      "an event that is more than complete",
      "events[0].completeness_tenth",
      event({ completeness_tenth: 11 }),
    ),
    bad("a release of no body", "release.body", release({ body: "" })),
    bad("a release of no period", "release.period", release({ period: "last month" })),
    bad("a release of vintage 0", "release.vintage", release({ vintage: 0 })),
    bad("a release on no day", "release.released_on", release({ released_on: "2026" })),
    bad(
      "a cell with keys too many",
      "release.tables[0].cells[0].keys",
      cell({ keys: ["TRACE_REQUEST", "NE"] }),
    ),
    bad("a cell of no status", "release.tables[0].cells[0].status", cell({ status: 0 })),
    bad("a cell below nothing", "release.tables[0].cells[0].value", cell({ value: -1 })),
    bad("a share of no day", "counts.day", share({ day: "" })),
    bad("a share without a salt", "counts.salt", share({ salt: Buffer.of() })),
    bad("a share without a digest", "counts.events_digest", share({ events_digest: Buffer.of() })),
  ];
}
