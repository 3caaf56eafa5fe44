import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { BODY_LIMITS, type BodyGroup, type BodyPlace } from "#runtime";
import { syncFolder } from "../sqlite-file.ts";
import { bodyFault, unreadableBody } from "./body-faults.ts";
import {
  bodyFolder,
  bodyName,
  FRAME_BYTES,
  openBodyFile,
  readBody,
  safeGroup,
  writeBody,
} from "./body-file.ts";
import { type BodyFileRow, bodyFileProblems } from "./body-tables.ts";

const PRIVATE_MODE = 0o700;

/**
 * The body files of one connection (TP-STORE-11). How far a file is written stands in its row and
 * changes with the transaction: what a transaction that was taken back has written lies behind the
 * end, belongs to nobody, and the next body is written over it.
 */
export class BodyFiles {
  readonly #db: DatabaseSync;
  readonly #folder: string;
  readonly #statements = new Map<string, StatementSync>();
  /** Files that the batch has written to: name → descriptor. */
  readonly #written = new Map<string, number>();
  #hasNewNames = false;

  constructor(db: DatabaseSync, storeFile: string) {
    this.#db = db;
    this.#folder = bodyFolder(storeFile);
  }

  /** See `Bodies.keep`. */
  keep(wanted: BodyGroup, key: number, content: Uint8Array): BodyPlace {
    const group = safeGroup(wanted);
    const row = this.#fileFor(group);
    const name = bodyName(group, row.id);
    try {
      const fd = this.#openedFor(row, name);
      const end = writeBody(fd, row.bytes, key, content);
      this.#run(
        "UPDATE tracepost_body_file SET bytes = ?, live = live + 1 WHERE id = ?",
        end,
        row.id,
      );
      return { file: row.id, at: row.bytes, bytes: content.length };
    } catch (caught) {
      throw bodyFault(caught, name);
    }
  }

  /** See `Bodies.read`. */
  read(place: BodyPlace, key: number): Uint8Array {
    const sql = "SELECT id, label, month, bytes, live FROM tracepost_body_file WHERE id = ?";
    const row = this.#get(sql, place.file);
    if (row === undefined) throw unreadableBody(`no body file has the number ${place.file}`);
    const name = bodyName(row, row.id);
    let fd: number;
    try {
      fd = openSync(join(this.#folder, name), "r");
    } catch (caught) {
      throw unreadableBody(`the body file ${name} cannot be opened`, caught);
    }
    try {
      const content = readBody(fd, place, key);
      if (typeof content === "string") throw unreadableBody(`the body file ${name} ${content}`);
      return content;
    } finally {
      closeSync(fd);
    }
  }

  /** See `Bodies.drop`. */
  drop({ at, bytes, file }: BodyPlace): void {
    const size = FRAME_BYTES + bytes;
    this.#run("INSERT INTO tracepost_body_drop (file, at, bytes) VALUES (?, ?, ?)", file, at, size);
    this.#run("UPDATE tracepost_body_file SET live = live - 1 WHERE id = ?", file);
  }

  /** See `Bodies.problems`. */
  problems(): readonly string[] {
    return bodyFileProblems(this.#db, this.#folder);
  }

  /** Has what the batch has written on disk; before its commit. */
  sync(): void {
    if (this.#written.size === 0) return;
    try {
      for (const fd of this.#written.values()) fdatasyncSync(fd);
      if (this.#hasNewNames) syncFolder(this.#folder);
    } catch (caught) {
      throw bodyFault(caught, [...this.#written.keys()].join(", "));
    }
  }

  /** The batch is over. */
  release(): void {
    for (const fd of this.#written.values()) closeSync(fd);
    this.#written.clear();
    this.#hasNewNames = false;
  }

  /** The newest file of a group that takes bodies; one that lost bytes takes none. */
  #fileFor(group: BodyGroup): BodyFileRow {
    const sql = `SELECT id, label, month, bytes, live FROM tracepost_body_file
      WHERE label = ? AND month = ? AND bytes < ${BODY_LIMITS.fileBytesMax} AND live > 0
      ORDER BY id DESC LIMIT 1`;
    const row = this.#get(sql, group.label, group.month);
    if (row !== undefined && this.#isWhole(row)) return row;
    const insert = `INSERT INTO tracepost_body_file (label, month, bytes, live)
      VALUES (?, ?, 0, 0) RETURNING id, label, month, bytes, live`;
    return this.#get(insert, group.label, group.month) as BodyFileRow;
  }

  #isWhole(row: BodyFileRow): boolean {
    try {
      return fstatSync(this.#openedFor(row, bodyName(row, row.id))).size >= row.bytes;
    } catch {
      return false;
    }
  }

  #openedFor(row: BodyFileRow, name: string): number {
    const known = this.#written.get(name);
    if (known !== undefined) return known;
    const path = join(this.#folder, name);
    const isNew = row.bytes === 0;
    if (isNew && mkdirSync(this.#folder, { recursive: true, mode: PRIVATE_MODE }) !== undefined) {
      syncFolder(dirname(this.#folder));
    }
    const fd = isNew ? openBodyFile(path) : openSync(path, "r+");
    this.#hasNewNames ||= isNew;
    this.#written.set(name, fd);
    // What a process that died has written behind its last commit.
    if (fstatSync(fd).size > row.bytes) ftruncateSync(fd, row.bytes);
    return fd;
  }

  #get(sql: string, ...params: (string | number)[]): BodyFileRow | undefined {
    return this.#statement(sql).get(...params) as unknown as BodyFileRow | undefined;
  }

  #run(sql: string, ...params: number[]): void {
    this.#statement(sql).run(...params);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
