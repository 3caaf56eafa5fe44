import { Type } from "typebox";
import { CAP_LISTS, type CapAlert, parseCap, writeCap } from "#casework";
import { CAP_LIMITS } from "#runtime";
import { createRule, type RuleResult } from "./rule.ts";

const closed = { additionalProperties: false } as const;
const Text = Type.String({ maxLength: CAP_LIMITS.fileBytesMax });
const Maybe = Type.Optional(Text);
const list = <S extends Type.TSchema>(items: S) =>
  Type.Array(items, { maxItems: CAP_LIMITS.elementsMax });
const from = <const N extends readonly string[]>(names: N) => Type.Enum([...names]);

const Named = Type.Object({ valueName: Text, value: Text }, closed);
const Resource = Type.Object(
  {
    resourceDesc: Text,
    mimeType: Text,
    size: Maybe,
    uri: Maybe,
    derefUri: Maybe,
    digest: Maybe,
  },
  closed,
);
const Area = Type.Object(
  {
    areaDesc: Text,
    polygon: list(Text),
    circle: list(Text),
    geocode: list(Named),
    altitude: Maybe,
    ceiling: Maybe,
  },
  closed,
);
const Info = Type.Object(
  {
    language: Text,
    category: list(from(CAP_LISTS.category)),
    event: Text,
    responseType: list(from(CAP_LISTS.responseType)),
    urgency: from(CAP_LISTS.urgency),
    severity: from(CAP_LISTS.severity),
    certainty: from(CAP_LISTS.certainty),
    audience: Maybe,
    eventCode: list(Named),
    effective: Maybe,
    onset: Maybe,
    expires: Maybe,
    senderName: Maybe,
    headline: Maybe,
    description: Maybe,
    instruction: Maybe,
    web: Maybe,
    contact: Maybe,
    parameter: list(Named),
    resource: list(Resource),
    area: list(Area),
  },
  closed,
);
const Alert = Type.Object(
  {
    identifier: Text,
    sender: Text,
    sent: Text,
    status: from(CAP_LISTS.status),
    msgType: from(CAP_LISTS.msgType),
    source: Maybe,
    scope: from(CAP_LISTS.scope),
    restriction: Maybe,
    addresses: list(Text),
    code: list(Text),
    note: Maybe,
    references: list(Type.Object({ sender: Text, identifier: Text, sent: Text }, closed)),
    incidents: list(Text),
    info: list(Info),
  },
  closed,
);

/** Between a CAP 1.2 document and what it says (TP-ALERT-13, TP-ALERT-14). */
export const capRule = createRule({
  name: "cap",
  about: "reads a CAP 1.2 document ({xml}) or writes one ({alert}), by the rules of the standard",
  input: Type.Object({ xml: Type.Optional(Text), alert: Type.Optional(Alert) }, closed),
  decide: ({ xml, alert }): RuleResult => {
    if (xml !== undefined && alert === undefined) {
      const read = parseCap(xml);
      return answer(read.ok ? { alert: read.value } : read.problems);
    }
    if (alert !== undefined && xml === undefined) {
      const written = writeCap(alert as CapAlert);
      return answer(written.ok ? { xml: written.value } : written.problems);
    }
    return { ok: false, wrong: [{ field: "xml", rule: "xml or alert is required, not both" }] };
  },
});

function answer(found: object | readonly { field: string; rule: string }[]): RuleResult {
  if (!Array.isArray(found)) return { ok: true, value: { valid: true, ...found } };
  // How a rule is worded is ours; which field breaks one is the standard's.
  const fields = [...new Set(found.map(({ field }) => field))];
  return { ok: true, value: { valid: false, fields } };
}
