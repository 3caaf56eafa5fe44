/**
 * Rewrites the machine's own Debian package sources for another suite, so that a package can be
 * fetched from the very archive the machine already trusts. No archive is named here.
 */

/** Suites of the main archive; everything else (updates, security, third parties) is left out. */
const MAIN_SUITES = new Set([
  "oldoldstable",
  "oldstable",
  "stable",
  "testing",
  "unstable",
  "sid",
  "bullseye",
  "bookworm",
  "trixie",
  "forky",
]);

/**
 * Turns sources in the deb822 form (`debian.sources`) into the same for `suite`, component main.
 * Returns "" when no stanza is one of Debian's main archive.
 */
export function rewriteStanzas(text: string, suite: string): string {
  return text
    .split(/\n\s*\n/)
    .map((stanza) => rewriteStanza(stanza, suite))
    .filter((stanza) => stanza !== "")
    .join("\n\n");
}

function rewriteStanza(stanza: string, suite: string): string {
  const lines = stanza.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const field = (name: string): string[] => {
    const line = lines.find((text) => text.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return line === undefined
      ? []
      : line
          .slice(name.length + 1)
          .trim()
          .split(/\s+/);
  };
  const usable =
    field("Types").includes("deb") &&
    field("Components").includes("main") &&
    field("Suites").some((name) => MAIN_SUITES.has(name)) &&
    field("Enabled")[0]?.toLowerCase() !== "no";
  if (!usable) return "";
  return lines
    .map((line) => {
      if (/^Types:/i.test(line)) return "Types: deb";
      if (/^Suites:/i.test(line)) return `Suites: ${suite}`;
      return /^Components:/i.test(line) ? "Components: main" : line;
    })
    .join("\n");
}

/**
 * Turns sources in the one-line form (`sources.list`) into the same for `suite`, component main.
 * Returns "" when no line is one of Debian's main archive.
 */
export function rewriteLines(text: string, suite: string): string {
  const rewritten = text.split("\n").map((line) => rewriteLine(line.trim(), suite));
  return [...new Set(rewritten)].filter((line) => line !== "").join("\n");
}

function rewriteLine(line: string, suite: string): string {
  const match = /^deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.+)$/.exec(line);
  const [, options = "", archive = "", named = "", components = ""] = match ?? [];
  const usable =
    MAIN_SUITES.has(named) &&
    components.split(/\s+/).includes("main") &&
    !archive.startsWith("cdrom:");
  return usable ? `deb ${options}${archive} ${suite} main` : "";
}
