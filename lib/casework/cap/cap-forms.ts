import { CAP_LISTS } from "./cap-alert.ts";
import { splitQuoted } from "./cap-text.ts";
import { capTime, capTimeMs } from "./cap-time.ts";

/** How the text of an element becomes a value: the value, or the rule it breaks. */
export type CapForm = (text: string) => { readonly value: unknown } | { readonly rule: string };

const matching =
  (pattern: RegExp, rule: string): CapForm =>
  (text) =>
    pattern.test(text) ? { value: text } : { rule };

const oneOf =
  (list: readonly string[]): CapForm =>
  (text) =>
    list.includes(text) ? { value: text } : { rule: `must be one of: ${list.join(", ")}` };

const dateTime: CapForm = (text) => {
  const atMs = capTimeMs(text.trim());
  const rule = "must be a date and time with a numeric offset, such as 2026-03-01T09:00:00-00:00";
  return atMs === undefined ? { rule } : { value: capTime(atMs) };
};

const quoted: CapForm = (text) => {
  const value = splitQuoted(text);
  return value === undefined ? { rule: "has a double quote that is not closed" } : { value };
};

const references: CapForm = (text) => {
  const rule = "must be sender,identifier,sent for each message, with spaces between";
  const value: unknown[] = [];
  for (const word of text.split(/\s+/u).filter((it) => it !== "")) {
    const [sender = "", identifier = "", sent = "", ...more] = word.split(",");
    const sentMs = capTimeMs(sent);
    const isWhole = isName(sender) && isName(identifier) && more.length === 0;
    if (!isWhole || sentMs === undefined) return { rule };
    value.push({ sender, identifier, sent: capTime(sentMs) });
  }
  return { value };
};

function isName(text: string): boolean {
  return /^[^\s,<&]+$/u.test(text);
}

const DEGREES = String.raw`[+-]?\d{1,3}(?:\.\d+)?`;
const PAIR = new RegExp(`^(${DEGREES}),(${DEGREES})$`);

/** Whether a text is a latitude and a longitude in degrees (WGS 84). */
function isPoint(text: string): boolean {
  const [, latitude = "NaN", longitude = "NaN"] = PAIR.exec(text) ?? [];
  return Math.abs(Number(latitude)) <= 90 && Math.abs(Number(longitude)) <= 180;
}

const polygon: CapForm = (text) => {
  const points = text.trim().split(/\s+/u);
  const isClosed = points.length >= 4 && points[0] === points.at(-1);
  if (isClosed && points.every(isPoint)) return { value: points.join(" ") };
  return { rule: "must be four or more points lat,lon, the last one the first again" };
};

const circle: CapForm = (text) => {
  const [centre = "", radius = "", ...more] = text.trim().split(/\s+/u);
  const isCircle = isPoint(centre) && /^\d+(\.\d+)?$/.test(radius) && more.length === 0;
  if (isCircle) return { value: `${centre} ${radius}` };
  return { rule: "must be a point lat,lon and a radius in kilometres" };
};

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

/** Forms of the elements, by name. */
export const CAP_FORMS = {
  text: (text) => ({ value: text }),
  name: matching(/^[^\s,<&]+$/u, "must have no spaces, commas, < or &"),
  status: oneOf(CAP_LISTS.status),
  msgType: oneOf(CAP_LISTS.msgType),
  scope: oneOf(CAP_LISTS.scope),
  category: oneOf(CAP_LISTS.category),
  responseType: oneOf(CAP_LISTS.responseType),
  urgency: oneOf(CAP_LISTS.urgency),
  severity: oneOf(CAP_LISTS.severity),
  certainty: oneOf(CAP_LISTS.certainty),
  language: matching(
    /^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$/,
    "must be a language tag (RFC 3066), such as fr-NE",
  ),
  uri: matching(/^[^\s<>"{}|\\^`]+$/u, "must be an address (URI)"),
  integer: matching(/^\d{1,15}$/, "must be a whole number"),
  decimal: matching(DECIMAL, "must be a number"),
  dateTime,
  quoted,
  references,
  polygon,
  circle,
} as const satisfies Record<string, CapForm>;

/** Name of a form. */
export type CapFormName = keyof typeof CAP_FORMS;
