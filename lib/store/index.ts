export { describePlace, type StorePlace } from "#runtime";
export { copyStore, type StoreCopy } from "./copy/copy-store.ts";
export {
  openSqliteStore,
  openStore,
  probePlace,
  readerOf,
  readSqlite,
  readStore,
  type StoreOptions,
  type StoreReader,
} from "./open-store.ts";
export { BodyFiles } from "./sqlite/bodies/body-files.ts";
export { copySqlite } from "./sqlite/sqlite-backup.ts";
export {
  checkSchema,
  closeStoreFile,
  storeDamage,
  storeFacts,
} from "./sqlite/sqlite-check.ts";
export { openSqliteReader, readSqliteFile, type SqliteReader } from "./sqlite/sqlite-reader.ts";
