import PDFDocument from "pdfkit";
import type { LetterLanguage } from "#reference";
import { type FontWeight, letterFonts, printableIn } from "./letter-font.ts";
import { breakLines, type Direction, visualRuns } from "./set-lines.ts";

/** Points in a millimetre. */
const MM = 72 / 25.4;
/** A4 and its margins, in points. */
const PAGE = { width: 210 * MM, height: 297 * MM, side: 22 * MM, top: 18 * MM, bottom: 24 * MM };
const LINE_HEIGHT = 1.38;

/** How a text is set. */
export interface TextStyle {
  /** Points. */
  readonly size: number;
  readonly weight?: FontWeight;
  readonly colour?: string;
  readonly align?: "start" | "end" | "centre";
  /** Default: that of the paper. What was marked keeps its own, or numbers would change places. */
  readonly direction?: Direction;
}

/** A column: where it begins, seen from the side where reading begins, and how wide it is. */
export interface Column {
  readonly from: number;
  readonly width: number;
}

/** What a document is about. */
export interface PaperFacts {
  readonly language: LetterLanguage;
  readonly direction: Direction;
  readonly title: string;
  readonly author: string;
  readonly dateMs: number;
}

/**
 * Paper to set a letter on, from top to bottom, in either direction of writing. pdfkit makes the
 * file and shapes the letters; lines and their order are made here, because it knows one direction
 * only. The fonts are embedded, as far as they are used.
 */
export class Paper {
  readonly #doc: PDFKit.PDFDocument;
  readonly #direction: Direction;
  readonly #bytes: Promise<Buffer>;
  /** Width between the margins, in points. */
  readonly width = PAGE.width - 2 * PAGE.side;
  /** Where the next line begins, in points from the top. */
  y = PAGE.top;
  /** Whether something could only be given by its Unicode number. */
  hasUnprintable = false;

  constructor({ author, dateMs, direction, language, title }: PaperFacts) {
    this.#direction = direction;
    this.#doc = new PDFDocument({
      size: "A4",
      // Nothing breaks a page but this class.
      margin: 0,
      bufferPages: true,
      lang: language,
      info: { Title: title, Author: author, CreationDate: new Date(dateMs) },
      displayTitle: true,
    });
    const fonts = letterFonts();
    this.#doc.registerFont("regular", fonts.regular);
    this.#doc.registerFont("bold", fonts.bold);
    const chunks: Buffer[] = [];
    this.#doc.on("data", (chunk: Buffer) => chunks.push(chunk));
    this.#bytes = new Promise((resolve, reject) => {
      this.#doc.on("end", () => resolve(Buffer.concat(chunks)));
      this.#doc.on("error", reject);
    });
  }

  /** Lines that a text takes in a column. */
  linesOf(text: string, style: TextStyle, width: number): string[] {
    this.#use(style);
    const shown = printableIn(text);
    if (shown !== text) this.hasUnprintable = true;
    return breakLines(shown, width, (part) => this.#widthOf(part));
  }

  /** Height of so many lines. */
  heightOf(lines: number, style: TextStyle): number {
    return lines * style.size * LINE_HEIGHT;
  }

  /** Sets a text in a column below what is there, and moves on. */
  text(text: string, style: TextStyle, column: Column = { from: 0, width: this.width }): void {
    for (const line of this.linesOf(text, style, column.width)) {
      this.ensure(style.size * LINE_HEIGHT);
      this.line(line, style, column, this.y);
      this.y += style.size * LINE_HEIGHT;
    }
  }

  /** Sets one line at a height. */
  line(line: string, style: TextStyle, column: Column, y: number): void {
    this.#use(style);
    const runs = visualRuns(line, style.direction ?? this.#direction);
    const widths = runs.map(({ text }) => this.#widthOf(text));
    const width = widths.reduce((sum, each) => sum + each, 0);
    const { align = "start" } = style;
    const isLeft = (align === "start") === (this.#direction === "ltr");
    const left = this.#left(column);
    const free = column.width - width;
    let x = align === "centre" ? left + free / 2 : isLeft ? left : left + free;
    for (const [index, { text }] of runs.entries()) {
      // With features given, pdfkit shapes the run as a whole; without, word by word from the left.
      this.#doc.text(text, x, y, { lineBreak: false, features: [] });
      x += widths[index] ?? 0;
    }
  }

  /** A rule across a column. */
  rule(colour: string, thickness: number, column: Column = { from: 0, width: this.width }): void {
    const left = this.#left(column);
    this.#doc
      .moveTo(left, this.y)
      .lineTo(left + column.width, this.y)
      .lineWidth(thickness)
      .strokeColor(colour)
      .stroke();
  }

  /** A frame around a column, from a height. */
  frame(colour: string, column: Column, y: number, height: number): void {
    const left = this.#left(column);
    this.#doc.rect(left, y, column.width, height).lineWidth(0.7).strokeColor(colour).stroke();
  }

  /** Begins another page where less than so much is left of this one. */
  ensure(height: number): void {
    if (this.y + height <= PAGE.height - PAGE.bottom) return;
    this.#doc.addPage();
    this.y = PAGE.top;
  }

  /** Sets the same at the foot of each page, and gives the file. */
  async finish(foot: (page: number, pages: number) => void): Promise<Buffer> {
    const { count, start } = this.#doc.bufferedPageRange();
    for (let page = start; page < start + count; page += 1) {
      this.#doc.switchToPage(page);
      this.y = PAGE.height - 15 * MM;
      foot(page - start + 1, count);
    }
    this.#doc.end();
    return await this.#bytes;
  }

  #left({ from, width }: Column): number {
    const isFromLeft = this.#direction === "ltr";
    return isFromLeft ? PAGE.side + from : PAGE.width - PAGE.side - from - width;
  }

  #use({ colour = "#111111", size, weight = "regular" }: TextStyle): void {
    this.#doc.font(weight).fontSize(size).fillColor(colour);
  }

  #widthOf(text: string): number {
    return this.#doc.widthOfString(text, { features: [] });
  }
}
