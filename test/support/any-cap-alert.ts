import fc from "fast-check";
import { CAP_LISTS, type CapAlert, type CapInfo, capTime } from "#casework";

/** Text as people write it in an alert: any script, line ends, signs XML has to escape. */
const text: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom("<", ">", "&", '"', "'", "]]>", "\n", "\r\n", "\t", " ", "&amp;"),
      fc.constantFrom("saisie", "تنبيه", "оружие", "警告", "🔫", "a", "0"),
      fc.string({ unit: "grapheme", maxLength: 4 }).filter((it) => !/\p{Cc}|\p{Cs}/u.test(it)),
    ),
    { maxLength: 8 },
  )
  .map((words) => words.join(""));

const name = fc.stringMatching(/^[a-zA-Z0-9.@_-]{1,20}$/);
const instant = fc
  .integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2090, 0, 1) })
  .map((atMs) => capTime(atMs));
const word = fc.stringMatching(/^[a-zA-Z0-9.@_-][a-zA-Z0-9 .@_-]{0,18}[a-zA-Z0-9.@_-]$/);
const named = fc.record({ valueName: text, value: text });
const many = <T>(of: fc.Arbitrary<T>, minLength = 0): fc.Arbitrary<T[]> =>
  fc.array(of, { minLength, maxLength: minLength + 2 });
const from = <T extends string>(list: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...list);

const degrees = (max: number): fc.Arbitrary<string> =>
  fc.integer({ min: -max * 1_000, max: max * 1_000 }).map((it) => (it / 1_000).toFixed(3));
const point = fc.tuple(degrees(90), degrees(180)).map(([lat, lon]) => `${lat},${lon}`);
const polygon = fc
  .array(point, { minLength: 3, maxLength: 5 })
  .map((points) => [...points, points[0]].join(" "));
const circle = fc.tuple(point, fc.nat(500)).map(([centre, radius]) => `${centre} ${radius}`);

const area = fc.oneof(
  fc.record(
    { areaDesc: text, polygon: many(polygon), circle: many(circle), geocode: many(named) },
    { requiredKeys: ["areaDesc", "polygon", "circle", "geocode"] },
  ),
  fc.record({
    areaDesc: text,
    polygon: fc.constant([]),
    circle: many(circle),
    geocode: many(named),
    altitude: fc.constantFrom("0", "-12.5", "3000"),
    ceiling: fc.constantFrom("10000", "+1.5"),
  }),
);

const resource = fc.record(
  {
    resourceDesc: text,
    mimeType: fc.constantFrom("image/jpeg", "application/pdf"),
    size: fc.nat().map(String),
    uri: fc.constantFrom("https://example.org/a?b=1&c=2", "left.jpg"),
    derefUri: fc.base64String(),
    digest: fc.stringMatching(/^[0-9a-f]{40}$/),
  },
  { requiredKeys: ["resourceDesc", "mimeType"] },
);

const info: fc.Arbitrary<CapInfo> = fc.record(
  {
    language: fc.constantFrom("en-US", "fr-NE", "ar", "zh-Hans"),
    category: many(from(CAP_LISTS.category), 1),
    event: text,
    responseType: many(from(CAP_LISTS.responseType)),
    urgency: from(CAP_LISTS.urgency),
    severity: from(CAP_LISTS.severity),
    certainty: from(CAP_LISTS.certainty),
    audience: text,
    eventCode: many(named),
    effective: instant,
    onset: instant,
    expires: instant,
    senderName: text,
    headline: text,
    description: text,
    instruction: text,
    web: fc.constant("https://example.org/"),
    contact: text,
    parameter: many(named),
    resource: many(resource),
    area: many(area),
  },
  {
    requiredKeys: [
      "language",
      "category",
      "event",
      "responseType",
      "urgency",
      "severity",
      "certainty",
      "eventCode",
      "parameter",
      "resource",
      "area",
    ],
  },
);

/** Any message that the standard allows. */
export const anyCapAlert: fc.Arbitrary<CapAlert> = fc.record(
  {
    identifier: name,
    sender: name,
    sent: instant,
    status: from(CAP_LISTS.status),
    msgType: from(CAP_LISTS.msgType),
    source: text,
    scope: from(CAP_LISTS.scope),
    restriction: text.map((it) => `x${it}`),
    addresses: many(word, 1),
    code: many(text),
    note: text.map((it) => `x${it}`),
    references: many(fc.record({ sender: name, identifier: name, sent: instant }), 1),
    incidents: many(word),
    info: many(info),
  },
  // What a status, type or scope may demand is there; the rest comes and goes.
  {
    requiredKeys: [
      "identifier",
      "sender",
      "sent",
      "status",
      "msgType",
      "scope",
      "restriction",
      "addresses",
      "code",
      "note",
      "references",
      "incidents",
      "info",
    ],
  },
);
