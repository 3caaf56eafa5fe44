import fc from "fast-check";

/** What stands in the place of something: each of another type, or of none that fits. */
const OTHERS: readonly unknown[] = [
  ...[null, 7, -1, 1.5, "", "=x y", true, [], {}],
  ...[["x", "x"], [null], { madeUp: 1 }],
];

type Path = readonly (string | number)[];

/** One value of a JSON text, taken out, replaced, doubled or added to. */
export function alteredJson(text: string): fc.Arbitrary<unknown> {
  const paths = pathsOf(JSON.parse(text));
  const change = fc.oneof(
    fc.constantFrom("TAKE_OUT", "DOUBLE", "ADD_TO"),
    fc.constantFrom(...OTHERS).map((other) => ({ other })),
  );
  return fc.tuple(fc.constantFrom(...paths), change).map(([path, what]) => {
    const message = JSON.parse(text);
    alter(message, path, what);
    return message;
  });
}

/** Paths of all values but the whole. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const below =
    value !== null && typeof value === "object"
      ? Object.entries(value).flatMap(([key, one]) => pathsOf(one, [...path, key]))
      : [];
  return path.length === 0 ? below : [path, ...below];
}

function alter(message: unknown, path: Path, what: string | { readonly other: unknown }): void {
  const key = path.at(-1) ?? "";
  // biome-ignore lint/suspicious/noExplicitAny: whatever the message holds there
  const parent = path.slice(0, -1).reduce((value, one) => value[one], message as any);
  if (typeof what === "object") parent[key] = what.other;
  else if (what === "DOUBLE") double(parent[key]);
  else if (what === "ADD_TO") Object.assign(Object(parent[key]), { madeUp: 1 });
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

function double(value: unknown): void {
  if (Array.isArray(value) && value.length > 0) value.push(value[0]);
}
