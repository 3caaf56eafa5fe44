import { SaxesParser } from "saxes";
import { CAP_LIMITS } from "#runtime";
import type { CapProblem, CapResult } from "./cap-alert.ts";

/** An element of a document. */
export interface XmlNode {
  readonly name: string;
  readonly namespace: string;
  readonly children: XmlNode[];
  /** Its text, with nothing of its children. */
  text: string;
}

/** Stops the parser: what follows is not looked at. */
class Refused {
  readonly problem: CapProblem;
  constructor(rule: string) {
    this.problem = { field: "", rule };
  }
}

/**
 * Reads a document into a tree of bounded size. A document type is refused as it is met, so nothing
 * is expanded and nothing fetched; the five entities of XML itself are all there are (TP-ALERT-15).
 */
export function readXmlTree(text: string): CapResult<XmlNode> {
  if (Buffer.byteLength(text) > CAP_LIMITS.fileBytesMax) {
    return refused(`must be at most ${CAP_LIMITS.fileBytesMax} bytes`);
  }
  // Half of a character passes through the parser, and no document could carry it.
  if (!text.isWellFormed()) return refused("must be Unicode text");
  try {
    return { ok: true, value: build(text) };
  } catch (caught) {
    if (caught instanceof Refused) return { ok: false, problems: [caught.problem] };
    const place = caught instanceof Error ? caught.message : "";
    return refused(`must be well-formed XML (${place.slice(0, 120)})`);
  }
}

function refused(rule: string): CapResult<XmlNode> {
  return { ok: false, problems: [{ field: "", rule }] };
}

function build(text: string): XmlNode {
  const parser = new SaxesParser({ xmlns: true });
  const document: XmlNode = { name: "", namespace: "", children: [], text: "" };
  const open: XmlNode[] = [document];
  let elements = 0;
  parser.on("doctype", () => {
    throw new Refused("must have no document type (DTD)");
  });
  parser.on("error", (fault) => {
    throw fault;
  });
  parser.on("opentag", ({ local, uri }) => {
    elements += 1;
    if (elements > CAP_LIMITS.elementsMax) {
      throw new Refused(`must have at most ${CAP_LIMITS.elementsMax} elements`);
    }
    if (open.length > CAP_LIMITS.depthMax) {
      throw new Refused(`must nest at most ${CAP_LIMITS.depthMax} deep`);
    }
    const node: XmlNode = { name: local, namespace: uri, children: [], text: "" };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on("closetag", () => {
    open.pop();
  });
  const addText = (more: string): void => {
    const node = open.at(-1);
    if (node !== undefined) node.text += more;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.write(text).close();
  const [root] = document.children;
  if (root === undefined) throw new Refused("must be an XML document");
  return root;
}
