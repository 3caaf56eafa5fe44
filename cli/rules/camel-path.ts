/** A path of the wire contract as JSON names it: `import_mark.year` → `importMark.year`. */
export function camelPath(path: string): string {
  return path.replaceAll(/_(\w)/gu, (_match, letter: string) => letter.toUpperCase());
}
