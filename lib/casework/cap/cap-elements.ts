import type { CapFormName } from "./cap-forms.ts";

/** One element as the standard has it: its place is its position in the list. */
export interface CapElement {
  readonly name: string;
  /** `1` mandatory, `?` optional, `*` any number, `+` one at least. */
  readonly times: "1" | "?" | "*" | "+";
  /** Form of its text, or the elements inside it. */
  readonly holds: CapFormName | readonly CapElement[];
  /** What stands for it when it is absent. */
  readonly otherwise?: string;
}

const element = (
  name: string,
  times: CapElement["times"],
  holds: CapElement["holds"] = "text",
): CapElement => ({ name, times, holds });

const NAMED = [element("valueName", "1"), element("value", "1")];

const RESOURCE = [
  element("resourceDesc", "1"),
  element("mimeType", "1"),
  element("size", "?", "integer"),
  element("uri", "?", "uri"),
  element("derefUri", "?"),
  element("digest", "?"),
];

const AREA = [
  element("areaDesc", "1"),
  element("polygon", "*", "polygon"),
  element("circle", "*", "circle"),
  element("geocode", "*", NAMED),
  element("altitude", "?", "decimal"),
  element("ceiling", "?", "decimal"),
];

const INFO = [
  { ...element("language", "?", "language"), otherwise: "en-US" },
  element("category", "+", "category"),
  element("event", "1"),
  element("responseType", "*", "responseType"),
  element("urgency", "1", "urgency"),
  element("severity", "1", "severity"),
  element("certainty", "1", "certainty"),
  element("audience", "?"),
  element("eventCode", "*", NAMED),
  element("effective", "?", "dateTime"),
  element("onset", "?", "dateTime"),
  element("expires", "?", "dateTime"),
  element("senderName", "?"),
  element("headline", "?"),
  element("description", "?"),
  element("instruction", "?"),
  element("web", "?", "uri"),
  element("contact", "?"),
  element("parameter", "*", NAMED),
  element("resource", "*", RESOURCE),
  element("area", "*", AREA),
];

/** Elements of a message in the order the standard demands (CAP 1.2, section 3.2). */
export const CAP_ELEMENTS: readonly CapElement[] = [
  element("identifier", "1", "name"),
  element("sender", "1", "name"),
  element("sent", "1", "dateTime"),
  element("status", "1", "status"),
  element("msgType", "1", "msgType"),
  element("source", "?"),
  element("scope", "1", "scope"),
  element("restriction", "?"),
  element("addresses", "?", "quoted"),
  element("code", "*"),
  element("note", "?"),
  element("references", "?", "references"),
  element("incidents", "?", "quoted"),
  element("info", "*", INFO),
];

/** Namespace of version 1.2. */
export const CAP_NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2";

/** Whether an element's value is a list in the model. */
export function isList({ times, holds }: CapElement): boolean {
  return times === "*" || times === "+" || holds === "quoted" || holds === "references";
}
