import { type Static, Type } from "typebox";
import { TracepostError } from "#errors";
import { pathFrom } from "./placement.ts";

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

/** How the url of a database begins. */
export const POSTGRES_URL = "^postgres(ql)?://";
/** Names of schemas that a store may have. */
export const POSTGRES_SCHEMA = "^[a-z][a-z0-9_]{0,62}$";

/** Where a store lies, as a configuration says it (TP-STORE-9). */
export const STORE_SETTINGS = Type.Object(
  {
    kind: Type.Union([Type.Literal("sqlite"), Type.Literal("postgres")]),
    /** `postgres://user@host:port/database`. */
    url: Type.Optional(Type.String({ pattern: POSTGRES_URL })),
    /** Schema of the database that holds this store and nothing else. */
    schema: Type.Optional(Type.String({ pattern: POSTGRES_SCHEMA })),
    /** File with the password, for its owner alone. */
    passwordFile: Type.Optional(Type.String({ minLength: 1 })),
  },
  { additionalProperties: false },
);

/** What a configuration says of a store. */
export type StoreSettings = Static<typeof STORE_SETTINGS>;

/**
 * The place that settings name; the password file may be relative to the folder of `file`, where
 * they stand. Throws TracepostError CONFIG_INVALID for what does not fit together.
 */
export function placeOf(
  settings: StoreSettings | undefined,
  { file, sqliteFile }: { readonly file: string; readonly sqliteFile: string },
): StorePlace {
  if (settings === undefined || settings.kind === "sqlite") {
    const beside = ["url", "schema", "passwordFile"].filter((name) => name in (settings ?? {}));
    if (beside.length > 0) {
      throw misfit(file, [`store.${beside[0]}: is for kind "postgres" alone`]);
    }
    return { kind: "sqlite", file: sqliteFile };
  }
  const { passwordFile, schema, url } = settings;
  if (url === undefined || schema === undefined) {
    throw misfit(file, [`store.${url === undefined ? "url" : "schema"}: is required`]);
  }
  const problem = postgresUrlProblem(url);
  if (problem !== undefined) throw misfit(file, [`store.url: ${problem}`]);
  return {
    ...{ kind: "postgres", url, schema },
    ...(passwordFile === undefined ? {} : { passwordFile: pathFrom(file, passwordFile) }),
  };
}

/** What a url may not say: it would be stronger than what the store sets for its sessions. */
const OWN_PARAMETERS = [
  "client_encoding",
  "encoding",
  "idle_in_transaction_session_timeout",
  "lock_timeout",
  "options",
  "query_timeout",
  "replication",
  "statement_timeout",
];

/** What is wrong with the url of a database, without a word of it that may be secret. */
export function postgresUrlProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return "is no url";
  const { password, searchParams } = new URL(url);
  if (password !== "" || searchParams.has("password")) {
    return "holds a password; write it into a file, mode 0600, and name it";
  }
  const own = OWN_PARAMETERS.find((name) => searchParams.has(name));
  return own === undefined ? undefined : `says "${own}", which the store sets itself; leave it out`;
}

function misfit(file: string, problems: readonly string[]): TracepostError {
  return new TracepostError("CONFIG_INVALID", `${file} names no place of a store`, {
    problems,
    remedy: "Correct what is named above; a password belongs in the file that passwordFile names.",
  });
}
