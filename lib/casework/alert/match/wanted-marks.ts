import { type Alert, AlertKind, AlertMove, ConsignmentIdKind, type WantedItem } from "#proto";
import { nameOf } from "../../list-names.ts";
import type { WantedMark } from "./check-question.ts";

/** Everything an alert can be recognised by; nothing for a cancel and for reference data. */
export function wantedMarks(alert: Alert): WantedMark[] {
  if (alert.move === AlertMove.CANCEL || alert.kind === AlertKind.MARKING_TECHNIQUE) return [];
  const marks = [
    ...alert.items.flatMap((item, at) => marksOfItem(item, at)),
    ...consignmentMarks(alert),
    ...documentMarks(alert),
  ];
  return marks.filter(({ text }) => text.trim() !== "");
}

function marksOfItem({ ammunition, firearm, part }: WantedItem, item: number): WantedMark[] {
  const marks: WantedMark[] = [];
  if (firearm !== undefined) {
    const { make, model, serialRaw } = firearm;
    marks.push({ item, identity: "serial", text: serialRaw, ...optional({ make, model }) });
  }
  if (part !== undefined) {
    const { make, serialRaw } = part;
    marks.push({ item, identity: "serial", text: serialRaw, ...optional({ make }) });
  }
  if (ammunition !== undefined) {
    const make = ammunition.manufacturer;
    marks.push({ item, identity: "lot", text: ammunition.lot, ...optional({ make }) });
  }
  return marks;
}

function consignmentMarks({ consignee, consignment }: Alert): WantedMark[] {
  const ids = (consignment?.ids ?? []).flatMap(({ country, kind, value }): WantedMark[] => {
    const consignmentKind = nameOf(ConsignmentIdKind, kind);
    if (consignmentKind === undefined) return [];
    const text = value;
    return [{ item: -1, identity: "consignment", text, consignmentKind, ...optional({ country }) }];
  });
  if (consignee === undefined) return ids;
  const { country, name, registration } = consignee;
  return [
    ...ids,
    { item: -1, identity: "company", text: name },
    {
      item: -1,
      identity: "consignment",
      text: registration,
      consignmentKind: "CONSIGNEE_REGISTRATION",
      ...optional({ country }),
    },
  ];
}

function documentMarks({ consignment, forgedAuthorization }: Alert): WantedMark[] {
  const numbers = [forgedAuthorization?.number ?? "", consignment?.authorizationRef ?? ""];
  return numbers.map((text) => ({ item: -1, identity: "document", text }));
}

/** Without the fields that hold nothing. */
function optional<T extends Record<string, string>>(fields: T): Partial<T> {
  const given = Object.entries(fields).filter(([, text]) => text !== "");
  return Object.fromEntries(given) as Partial<T>;
}
