export { openSqliteReader, readSqliteFile, type SqliteReader } from "./sqlite-reader.ts";
export { openSqliteStore, readSqlite, type SqliteStoreOptions } from "./sqlite-store.ts";
