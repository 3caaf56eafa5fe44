// The door to the feed of changes, without the HTTP server: what a store's thread loads too.

export {
  CHANGE_KINDS,
  type Change,
  type ChangeKind,
  changeView,
  type NumberedChange,
  tellChange,
} from "./change.ts";
export { ChangeFeed } from "./change-feed.ts";
export { FEED_PROCEDURES, FEED_READ_ONLY, feedEnds, feedRead } from "./feed-procedures.ts";
export { FEED_MIGRATION_SQL } from "./feed-tables.ts";
export { watchWrites } from "./watch-writes.ts";
