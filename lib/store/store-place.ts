/** A store in a file of its own. */
export interface SqlitePlace {
  readonly kind: "sqlite";
  /** Path of the file; its folder must exist. */
  readonly file: string;
}

/** A store in a schema of a PostgreSQL database. */
export interface PostgresPlace {
  readonly kind: "postgres";
  /** `postgres://user@host:port/database`, without a password. */
  readonly url: string;
  /** Schema of the database that holds this store and nothing else. */
  readonly schema: string;
  /** File with the password, read at each connection; default: as libpq finds one. */
  readonly passwordFile?: string | undefined;
}

/** Where a store lies. */
export type StorePlace = SqlitePlace | PostgresPlace;

/** The same for people: never with a secret. */
export function describePlace(place: StorePlace): string {
  if (place.kind === "sqlite") return place.file;
  return `schema ${place.schema} of ${place.url}`;
}
