import type { Letter, LetterRow, LetterSection } from "#casework";
import { type Column, Paper, type TextStyle } from "./paper.ts";
import { directionOf } from "./set-lines.ts";

const INK = "#111111";
const QUIET = "#555555";
const LINE = "#9a9a9a";
const BODY: TextStyle = { size: 9.5 };
const LABEL: TextStyle = { size: 8.5, colour: QUIET };
const SMALL: TextStyle = { size: 7.5, colour: QUIET };

/**
 * Sets a letter as PDF on A4 (TP-OFF-3): head, addressee, subject, numbered sections, and a block
 * to
 * sign and seal. What the font cannot show is given by its Unicode number, and the letter says so.
 */
export async function letterPdf(letter: Letter, dateMs: number): Promise<Buffer> {
  const { direction, language, sender, title } = letter;
  const author = sender.join(", ");
  const paper = new Paper({ language, direction, title, author, dateMs });
  setHead(paper, letter);
  setAddressee(paper, letter);
  paper.y += 10;
  paper.text(letter.subject, { size: 11, weight: "bold" });
  paper.y += 5;
  paper.text(letter.opening, BODY);
  for (const section of letter.sections) setSection(paper, section);
  paper.y += 9;
  paper.ensure(60);
  paper.text(letter.closing, BODY);
  setSignature(paper, letter);
  if (paper.hasUnprintable) {
    paper.y += 8;
    paper.text(letter.unprintable, SMALL);
  }
  const [reference] = letter.head;
  return await paper.finish((page, pages) => {
    paper.rule(LINE, 0.4);
    paper.y += 4;
    const at = paper.y;
    const half = paper.width / 2;
    const count = letter.footer.replace("{page}", `${page}`).replace("{pages}", `${pages}`);
    const [line = ""] = paper.linesOf(`${title} · ${reference?.lines[0] ?? ""}`, SMALL, half * 1.5);
    paper.line(line, SMALL, { from: 0, width: half }, at);
    paper.line(count, { ...SMALL, align: "end" }, { from: half, width: half }, at);
  });
}

function setHead(paper: Paper, { banner, sender, title }: Letter): void {
  if (banner !== undefined) {
    paper.frame("#a00000", { from: 0, width: paper.width }, paper.y, 20);
    paper.y += 4;
    paper.text(banner, { size: 9.5, weight: "bold", colour: "#a00000", align: "centre" });
    paper.y += 12;
  }
  const [first = "", ...others] = sender;
  paper.text(first, { size: 12.5, weight: "bold", colour: INK });
  for (const line of others) paper.text(line, { size: 9, colour: QUIET });
  paper.y += 5;
  paper.rule(INK, 1.2);
  paper.y += 8;
  paper.text(title, { size: 9, colour: QUIET, align: "end" });
}

/** The addressee where a window envelope shows it, reference and date beside it. */
function setAddressee(paper: Paper, { addressee, head }: Letter): void {
  const top = paper.y + 12;
  const left = { from: 0, width: paper.width * 0.5 };
  const label = { from: paper.width * 0.56, width: paper.width * 0.2 };
  const value = { from: paper.width * 0.76, width: paper.width * 0.24 };
  paper.y = top;
  paper.text(addressee, { size: 10 }, left);
  const bottom = paper.y;
  paper.y = top;
  for (const row of head) setRow(paper, row, label, value);
  paper.y = Math.max(bottom, paper.y) + 8;
}

function setSection(paper: Paper, section: LetterSection): void {
  const { heading, numbered = [], paragraphs = [], rows = [] } = section;
  paper.y += 9;
  paper.ensure(46);
  paper.text(heading, { size: 10, weight: "bold" });
  paper.y += 1;
  paper.rule(LINE, 0.5);
  paper.y += 4;
  const label = { from: 0, width: paper.width * 0.31 };
  const value = { from: paper.width * 0.33, width: paper.width * 0.67 };
  for (const row of rows) setRow(paper, row, label, value);
  for (const text of paragraphs) {
    paper.text(text, BODY);
    paper.y += 3;
  }
  for (const [index, text] of numbered.entries()) {
    paper.ensure(paper.heightOf(1, BODY));
    paper.line(`${index + 1}.`, BODY, { from: 0, width: 16 }, paper.y);
    paper.text(text, BODY, { from: 18, width: paper.width - 18 });
  }
}

/** A label and its value side by side; a row that fits on a page is not broken over two. */
function setRow(paper: Paper, row: LetterRow, label: Column, value: Column): void {
  const labels = paper.linesOf(row.label, LABEL, label.width);
  const values = row.lines.flatMap((said) => {
    const direction = directionOf(said);
    const style = direction === undefined ? BODY : { ...BODY, direction };
    return paper.linesOf(said, BODY, value.width).map((line) => ({ line, style }));
  });
  const count = Math.max(labels.length, values.length);
  paper.ensure(Math.min(paper.heightOf(count, BODY), 300));
  for (let index = 0; index < count; index += 1) {
    paper.ensure(paper.heightOf(1, BODY));
    paper.line(labels[index] ?? "", LABEL, label, paper.y + 0.8);
    const { line = "", style = BODY } = values[index] ?? {};
    paper.line(line, style, value, paper.y);
    paper.y += paper.heightOf(1, BODY);
  }
  paper.y += 2;
}

/** Where the officer signs and the seal goes; never torn apart by the end of a page. */
function setSignature(paper: Paper, { officer, seal, signature }: Letter): void {
  const height = 74;
  paper.y += 14;
  paper.ensure(height);
  const top = paper.y;
  const sealed = { from: paper.width * 0.62, width: paper.width * 0.38 };
  const signed = { from: 0, width: paper.width * 0.55 };
  paper.frame(LINE, sealed, top, height);
  paper.line(seal, { ...LABEL, align: "centre" }, sealed, top + height / 2 - 6);
  paper.text(officer.label, LABEL, signed);
  paper.text(officer.lines[0] ?? "", BODY, signed);
  paper.y = top + height - 16;
  paper.rule(INK, 0.6, signed);
  paper.y += 3;
  paper.text(signature, LABEL, signed);
  paper.y = top + height;
}
