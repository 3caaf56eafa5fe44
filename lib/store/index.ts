export { copyStore, type StoreCopy } from "./copy/copy-store.ts";
export {
  openSqliteStore,
  openStore,
  readSqlite,
  readStore,
  type StoreOptions,
} from "./open-store.ts";
export { copySqlite } from "./sqlite/sqlite-backup.ts";
export {
  checkSchema,
  closeStoreFile,
  storeDamage,
  storeFacts,
} from "./sqlite/sqlite-check.ts";
export { openSqliteReader, readSqliteFile, type SqliteReader } from "./sqlite/sqlite-reader.ts";
export { describePlace, type StorePlace } from "./store-place.ts";
