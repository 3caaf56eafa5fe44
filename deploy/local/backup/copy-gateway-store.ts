import { resolve } from "node:path";
import { TracepostError } from "#errors";
import { verifyLog } from "#message-log";
import { POSTGRES_SCHEMA, POSTGRES_URL, postgresUrlProblem } from "#runtime";
import { copyStore, describePlace, readStore, type StoreCopy, type StorePlace } from "#store";
import { checkRecordsOf } from "../folder/check-records-of.ts";
import { logKeysOfFolder } from "../folder/log-keys.ts";

const MODULE = new URL("../../../gateway/store.ts", import.meta.url);

/** A store of the gateway that was copied, and its log that was verified there. */
export interface CopiedGatewayStore extends StoreCopy {
  /** Origin line of its log. */
  readonly origin: string;
  readonly entries: number;
}

/**
 * Copies the store of a gateway from a file into a schema of PostgreSQL, or back (TP-BACK-9), and
 * verifies the log where it lies now, with the keys that the register of `dataDir` vouches for, and
 * every record against it. Throws as copyStore does, and VERIFICATION for a log that does not hold.
 */
export async function copyGatewayStore(
  dataDir: string,
  from: StorePlace,
  to: StorePlace,
): Promise<CopiedGatewayStore> {
  const keys = await logKeysOfFolder(resolve(dataDir));
  const copy = await copyStore(from, to, MODULE);
  const log = await readStore(to, (tx) => verifyLog(tx, keys));
  const records = await checkRecordsOf(to);
  const problems = [...new Set([...log.problems, ...records.problems])];
  if (problems.length > 0) {
    throw new TracepostError("VERIFICATION", `the log in ${describePlace(to)} does not verify`, {
      problems,
      remedy: "Do not use the copy. See whether the source verifies: tracepost log fsck.",
    });
  }
  return { ...copy, origin: keys.origin, entries: log.size };
}

/**
 * A place as it is written on a command line: the path of a file, or
 * `postgres://user@host/database#schema`. Throws TracepostError USAGE, which says nothing of the
 * url: any part of it may be a password (TP-STORE-9).
 */
export function placeFromText(text: string, passwordFile: string | undefined): StorePlace {
  if (!new RegExp(POSTGRES_URL, "u").test(text)) return { kind: "sqlite", file: resolve(text) };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw noPlace("the url cannot be read");
  // Where a "/" in a password brings it.
  if (url.pathname.includes("@")) throw noPlace("the url holds a password");
  const problem = postgresUrlProblem(text);
  if (problem !== undefined) throw noPlace(`the url ${problem}`);
  const schema = url.hash.slice(1);
  if (!new RegExp(POSTGRES_SCHEMA, "u").test(schema)) throw noPlace("the url names no schema");
  url.hash = "";
  const place = { kind: "postgres", url: url.href, schema } as const;
  return passwordFile === undefined ? place : { ...place, passwordFile: resolve(passwordFile) };
}

function noPlace(problem: string): TracepostError {
  return new TracepostError("USAGE", "this is no place of a store", {
    problems: [problem],
    remedy: "Write postgres://user@host/database#schema, and the password into --password-file.",
  });
}
