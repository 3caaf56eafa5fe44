import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from "yaml";

/** A value of a YAML text that still knows where it stands. */
export type YamlValue = ParsedNode | null | undefined;

/**
 * Reads values out of a YAML text and collects every problem with its line, so that a user mends a
 * file once. Anchors, aliases and tags are no part of the form: a value is what stands there.
 */
export class YamlReader {
  readonly root: YamlValue;
  readonly #lines = new LineCounter();
  readonly #problems: { readonly line: number; readonly text: string }[] = [];

  constructor(text: string) {
    const document = parseDocument(text, {
      lineCounter: this.#lines,
      uniqueKeys: true,
      strict: true,
      prettyErrors: false,
    });
    for (const error of document.errors) {
      const { line } = this.#lines.linePos(error.pos[0]);
      this.#problems.push({ line, text: error.message });
    }
    this.root = document.contents;
  }

  /** What was complained about, from the first line to the last. */
  get problems(): string[] {
    return this.#problems
      .toSorted((one, other) => one.line - other.line)
      .map(({ line, text }) => `line ${line}: ${text}`);
  }

  /** Notes a problem: where, which field, the rule it breaks and the way out. */
  complain(at: YamlValue, field: string, rule: string): void {
    const text = field === "" ? rule : `${field}: ${rule}`;
    this.#problems.push({ line: this.lineOf(at), text });
  }

  /** Line of a value, counted from 1. */
  lineOf(at: YamlValue): number {
    return this.#lines.linePos(at?.range?.[0] ?? 0).line;
  }

  /** The entries of a list; complains and gives none when it is no list. */
  list(at: YamlValue, field: string): YamlValue[] {
    if (isSeq(at)) return at.items as YamlValue[];
    this.complain(at, field, "must be a list; begin each entry with a dash");
    return [];
  }

  /**
   * The fields of an entry by name. Complains about names that are not in `known`, and gives
   * undefined when it is no entry with fields.
   */
  fields(
    at: YamlValue,
    field: string,
    known: readonly string[],
  ): ReadonlyMap<string, YamlValue> | undefined {
    if (!isMap(at)) {
      this.complain(at, field, `must have fields: ${known.join(", ")}`);
      return undefined;
    }
    const found = new Map<string, YamlValue>();
    for (const { key, value } of (at as YAMLMap.Parsed).items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (known.includes(name)) found.set(name, value as YamlValue);
      else this.complain(key, joined(field, name), `is not known; known are ${known.join(", ")}`);
    }
    return found;
  }

  /** A text; a number or a date is taken as it is written. Undefined when absent or no text. */
  text(at: YamlValue, field: string): string | undefined {
    if (at === undefined || at === null) return undefined;
    if (isScalar(at) && at.value === null) return undefined;
    if (isScalar(at)) return scalarText(at);
    this.complain(at, field, "must be a single value");
    return undefined;
  }
}

/** Path of a field for a person: `participants[1].name`. */
export function joined(parent: string, name: string): string {
  return parent === "" ? name : `${parent}.${name}`;
}

/** As written, so that `NO` stays Norway and `2004-05-25` a date. */
function scalarText(at: Node): string {
  const { source, value } = at as { source?: string; value?: unknown };
  return (source ?? String(value)).trim();
}
