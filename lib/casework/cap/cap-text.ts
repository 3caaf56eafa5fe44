/** Lists inside one element: words apart by spaces, those with a space in double quotes (3.2.1). */

/** Splits such a list; undefined when a quote is left open. */
export function splitQuoted(text: string): string[] | undefined {
  const words: string[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const quoted = /^"([^"]*)"(?:\s+|$)/u.exec(rest);
    const plain = /^([^\s"]+)(?:\s+|$)/u.exec(rest);
    const found = quoted ?? plain;
    if (found === null) return undefined;
    words.push(found[1] ?? "");
    rest = rest.slice(found[0].length);
  }
  return words;
}

/** Joins a list; words must hold no quote. */
export function joinQuoted(words: readonly string[]): string {
  return words.map((word) => (/\s/u.test(word) || word === "" ? `"${word}"` : word)).join(" ");
}

/** Characters XML 1.0 can carry at all; others make a document that nothing reads. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are the point
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u;

/** Whether XML can carry a text. */
export function isXmlText(text: string): boolean {
  return !NOT_XML.test(text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\r": "&#13;",
};

/**
 * A text as the content of an element. A carriage return would be lost otherwise, and a control
 * character of the upper half would act on the terminal that shows the document.
 */
export function escapeXml(text: string): string {
  return text.replaceAll(
    /[&<>\r\u007f-\u009f]/g,
    (sign) => ESCAPES[sign] ?? `&#${sign.charCodeAt(0)};`,
  );
}
