/** What every reference table says about itself, so that an answer can name what it rests on. */
export interface ReferenceTable<Row> {
  /** Name in findings and documents, such as "makers". */
  readonly name: string;
  /** Date of this state of the table, ISO 8601; a later one replaces it. */
  readonly version: string;
  /** Where the rows come from and how far they may be trusted. */
  readonly source: string;
  readonly rows: readonly Row[];
}
