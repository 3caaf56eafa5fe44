import { CAP_LIMITS } from "#runtime";
import type { CapAlert, CapProblem, CapResult } from "./cap-alert.ts";
import { CAP_ELEMENTS, CAP_NAMESPACE, type CapElement, isList } from "./cap-elements.ts";
import { CAP_FORMS } from "./cap-forms.ts";
import { checkCap } from "./check-cap.ts";
import { readXmlTree, type XmlNode } from "./xml-tree.ts";

/**
 * Reads a CAP 1.2 document: every element in its place, as often as the standard says, in its form,
 * and the conditions between elements ({@link checkCap}) (TP-ALERT-14). What follows the last
 * information block in another namespace, a signature, is passed over: it is not verified.
 */
export function parseCap(text: string): CapResult<CapAlert> {
  const tree = readXmlTree(text);
  if (!tree.ok) return tree;
  const root = tree.value;
  if (root.name !== "alert" || root.namespace !== CAP_NAMESPACE) {
    const rule = `must be an element alert of ${CAP_NAMESPACE}`;
    return { ok: false, problems: [{ field: "", rule }] };
  }
  const problems: CapProblem[] = [];
  const value = readGroup(withoutTail(root), CAP_ELEMENTS, "", problems) as unknown as CapAlert;
  if (problems.length === 0) problems.push(...checkCap(value));
  if (problems.length === 0) return { ok: true, value };
  return { ok: false, problems: problems.slice(0, CAP_LIMITS.problemsMax) };
}

/** Without the elements of other namespaces at its end. */
function withoutTail(root: XmlNode): XmlNode {
  const last = root.children.findLastIndex((child) => child.namespace === CAP_NAMESPACE);
  return { ...root, children: root.children.slice(0, last + 1) };
}

function readGroup(
  node: XmlNode,
  elements: readonly CapElement[],
  path: string,
  problems: CapProblem[],
): Record<string, unknown> {
  const found = new Map<string, XmlNode[]>();
  let place = 0;
  if (node.text.trim() !== "") problems.push({ field: path, rule: "must hold elements only" });
  for (const child of node.children) {
    const field = join(path, child.name);
    const at = elements.findIndex(({ name }) => name === child.name);
    if (at < 0 || child.namespace !== CAP_NAMESPACE) {
      problems.push({ field, rule: "is no element of CAP 1.2 at this place" });
      continue;
    }
    if (at < place) {
      problems.push({ field, rule: `must stand before ${elements[place]?.name}` });
    }
    place = Math.max(place, at);
    found.set(child.name, [...(found.get(child.name) ?? []), child]);
  }
  const group: Record<string, unknown> = {};
  for (const element of elements) {
    const value = readElement(element, found.get(element.name) ?? [], path, problems);
    if (value !== undefined) group[element.name] = value;
  }
  return group;
}

function readElement(
  element: CapElement,
  nodes: readonly XmlNode[],
  path: string,
  problems: CapProblem[],
): unknown {
  const { name, times, otherwise } = element;
  const field = join(path, name);
  const isMany = times === "*" || times === "+";
  if (!isMany && nodes.length > 1) problems.push({ field, rule: "must stand once" });
  const isNeeded = times === "1" || times === "+";
  if (isNeeded && nodes.length === 0) problems.push({ field, rule: "is required" });
  if (isMany) {
    return nodes.map((node, at) => readValue(element, node, `${field}.${at}`, problems));
  }
  const [node] = nodes;
  if (node !== undefined) return readValue(element, node, field, problems);
  return isList(element) ? [] : otherwise;
}

function readValue(
  { holds }: CapElement,
  node: XmlNode,
  field: string,
  problems: CapProblem[],
): unknown {
  if (typeof holds !== "string") return readGroup(node, holds, field, problems);
  if (node.children.length > 0) problems.push({ field, rule: "must hold text only" });
  const read = CAP_FORMS[holds](node.text);
  if ("value" in read) return read.value;
  problems.push({ field, rule: read.rule });
  return undefined;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
