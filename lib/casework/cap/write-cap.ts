import type { CapAlert, CapProblem, CapReference, CapResult } from "./cap-alert.ts";
import { CAP_ELEMENTS, CAP_NAMESPACE, type CapElement } from "./cap-elements.ts";
import { CAP_FORMS } from "./cap-forms.ts";
import { escapeXml, isXmlText, joinQuoted } from "./cap-text.ts";
import { checkCap } from "./check-cap.ts";

/**
 * Writes a CAP 1.2 document that is valid against the standard, or says what stands in the way
 * (TP-ALERT-13): {@link parseCap} reads the same message from it.
 */
export function writeCap(alert: CapAlert): CapResult<string> {
  const problems: CapProblem[] = [];
  const lines = writeGroup(alert as unknown as Group, CAP_ELEMENTS, "", 1, problems);
  if (problems.length === 0) problems.push(...checkCap(alert));
  if (problems.length > 0) return { ok: false, problems };
  const head = `<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="${CAP_NAMESPACE}">`;
  return { ok: true, value: `${[head, ...lines, "</alert>"].join("\n")}\n` };
}

type Group = Readonly<Record<string, unknown>>;

function writeGroup(
  group: Group,
  elements: readonly CapElement[],
  path: string,
  depth: number,
  problems: CapProblem[],
): string[] {
  return elements.flatMap((element) => {
    const { name, times } = element;
    const field = path === "" ? name : `${path}.${name}`;
    const value = group[name];
    const isMany = times === "*" || times === "+";
    const values = isMany ? (value as readonly unknown[]) : given(value);
    if (values.length === 0 && (times === "1" || times === "+")) {
      problems.push({ field, rule: "is required" });
    }
    return values.flatMap((one, at) =>
      writeElement(element, one, { field: isMany ? `${field}.${at}` : field, depth, problems }),
    );
  });
}

/** An absent element is none, and so is an empty list that would stand in one element. */
function given(value: unknown): unknown[] {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
  return [value];
}

function writeElement(
  { name, holds }: CapElement,
  value: unknown,
  place: { field: string; depth: number; problems: CapProblem[] },
): string[] {
  const { field, depth, problems } = place;
  const indent = "  ".repeat(depth);
  if (typeof holds !== "string") {
    const inside = writeGroup(value as Group, holds, field, depth + 1, problems);
    return [`${indent}<${name}>`, ...inside, `${indent}</${name}>`];
  }
  const text = textOf(value);
  if (!isXmlText(text)) problems.push({ field, rule: "has a character that XML cannot carry" });
  const again = CAP_FORMS[holds](text);
  if ("rule" in again) problems.push({ field, rule: again.rule });
  // What would be read as another value is not written: a quote inside a quoted word, say.
  else if (JSON.stringify(again.value) !== JSON.stringify(value)) {
    problems.push({ field, rule: "cannot be written in the form of CAP 1.2" });
  }
  return [`${indent}<${name}>${escapeXml(text)}</${name}>`];
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  const list = value as readonly (string | CapReference)[];
  const words = list.filter((one) => typeof one === "string");
  if (words.length === list.length) return joinQuoted(words);
  return (list as readonly CapReference[])
    .map(({ sender, identifier, sent }) => `${sender},${identifier},${sent}`)
    .join(" ");
}
