/**
 * What becomes of a file of a data folder in a backup (TP-BACK-2).
 * - `store`: copied as of one moment;
 * - `body`: copied with the store it belongs to;
 * - `plain`: copied;
 * - `key`: a private key, token or credential: copied only when it is asked for;
 * - `root-key`: of a root holder, or what signs freshness: never copied;
 * - `passing`: made anew by whoever needs it;
 * - `unknown`: no file of ours; left where it is, and named.
 */
export type FileClass = "store" | "body" | "plain" | "key" | "root-key" | "passing" | "unknown";

/** The first row whose pattern fits decides. Paths start at the data folder, parts split by "/". */
const CLASSES: readonly (readonly [RegExp, FileClass])[] = [
  [/\.(before-[^/]*|tracepost-unfinished)\//u, "passing"],
  [/\.sqlite$/u, "store"],
  [/\.sqlite\.bodies(\/|$)/u, "body"],
  [/\.sqlite-(wal|shm|journal)$/u, "passing"],
  [/(^run|(^|\/)imports)\//u, "passing"],
  [/^nats\/(jetstream\/|jwt\/|server\.conf$)/u, "passing"],
  [/\.(part|unfinished)$/u, "passing"],
  [/(^|\/)root\/(holder-[^/]*|freshness)\//u, "root-key"],
  [/(^|\/)attachments\//u, "plain"],
  [/(^|\/)(ca\.pem|recovery-keys\.age)$/u, "plain"],
  [/\.(key|nk|creds|age|token|pem)$/u, "key"],
  [/\.(json|jsonl|yaml|bin|bundle|pub|jwt|checkpoint|txt|csv)$/u, "plain"],
];

/** What a participant or the gateway remembers of the log beside its store. */
const MEMORY = /(^|\/)(log-(seen|cosigned|known)\.checkpoint|log-conflicts\/.*)$/u;

/** Says what becomes of a file. */
export function classOf(path: string): FileClass {
  return CLASSES.find(([pattern]) => pattern.test(path))?.[1] ?? "unknown";
}

/** Whether a restore keeps what the folder has: the older one would hide that the log went back. */
export function isLogMemory(path: string): boolean {
  return MEMORY.test(path);
}

/** Whether a path of a backup's description stays inside the folder it is laid into. */
export function isInnerPath(path: string): boolean {
  const parts = path.split("/");
  return parts.every((part) => /^[\w.@=+-]+$/u.test(part) && part !== "." && part !== "..");
}
