/** What a piece of a statement is; `other` is punctuation, numbers and space. */
export type TokenKind = "word" | "quoted" | "text" | "bytes" | "mark" | "comment" | "other";

/** A piece of a statement. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const PATTERN =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?\*\/)|(?<bytes>[xX]'[0-9a-fA-F]*')|(?<text>'(?:[^']|'')*')|(?<quoted>"(?:[^"]|"")*")|(?<word>[A-Za-z_][A-Za-z_0-9]*)|(?<mark>\?)|(?<other>\d[\w.]*|\s+|[\s\S])/g;

/** Takes a statement apart; the pieces put together again are the statement. */
export function tokensOf(sql: string): Token[] {
  return Array.from(sql.matchAll(PATTERN), ({ 0: text, groups = {} }) => {
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined);
    return { kind: kind as TokenKind, text };
  });
}

/** Whether a token is this keyword, in whatever case. */
export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === "word" && words.includes(token.text.toUpperCase());
}

/** Whether a token is neither a comment nor space. */
export function isMeaningful({ kind, text }: Token): boolean {
  return kind !== "comment" && text.trim() !== "";
}
