import { type Static, Type } from "typebox";
import { compileSchema } from "#runtime";
import { isInnerPath } from "./file-classes.ts";

/** Name of the file that describes a backup; written last. */
export const MANIFEST = "backup.json";
/** Later formats are refused. */
export const BACKUP_FORMAT = 1;

const Digest = Type.String({ pattern: "^[0-9a-f]{64}$" });
const Size = Type.Integer({ minimum: 0 });
const FileSchema = Type.Object({ path: Type.String(), bytes: Size, sha256: Digest });
const StoreSchema = Type.Object({
  path: Type.String(),
  bytes: Size,
  sha256: Digest,
  kind: Type.String(),
  schema: Size,
  takenAt: Type.String(),
  log: Type.Union([
    Type.Null(),
    Type.Object({
      size: Size,
      rootHash: Type.String(),
      checkpoint: Type.Union([Type.Null(), Type.String()]),
    }),
  ]),
});
const ManifestSchema = Type.Object({
  product: Type.Literal("tracepost"),
  format: Type.Integer({ minimum: 1 }),
  createdAt: Type.String(),
  program: Type.String(),
  exchangeId: Type.Union([Type.Null(), Type.String()]),
  keys: Type.Union([Type.Literal("left out"), Type.Literal("included")]),
  stores: Type.Array(StoreSchema),
  files: Type.Array(FileSchema),
  left: Type.Array(Type.Object({ path: Type.String(), why: Type.String() })),
});

/** A file of a backup: where it lay in the data folder, and what it is. */
export type BackedFile = Static<typeof FileSchema>;
/** A store of a backup, and the head of its message log if it has one. */
export type BackedStore = Static<typeof StoreSchema>;
/** What a backup holds and what it leaves out (TP-BACK-2). */
export type BackupManifest = Static<typeof ManifestSchema>;

/** A description that was read, or what is wrong with it. */
export type ManifestReading =
  | { readonly ok: true; readonly value: BackupManifest }
  | { readonly ok: false; readonly problems: readonly string[] };

const SCHEMA = compileSchema(ManifestSchema);

/** Reads the description of a backup; its paths stay inside the folder, each once. */
export function parseBackupManifest(text: string): ManifestReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse([`${MANIFEST}: is not JSON`]);
  }
  const { format, product } = Object(value) as { format?: unknown; product?: unknown };
  if (product !== "tracepost") return refuse([`${MANIFEST}: does not describe a backup`]);
  if (typeof format === "number" && format > BACKUP_FORMAT) {
    return refuse([`${MANIFEST}: has format ${format}, this program reads ${BACKUP_FORMAT}`]);
  }
  const checked = SCHEMA.check(value);
  if (!checked.ok) {
    return refuse(checked.problems.map(({ field, rule }) => `${MANIFEST}: ${field} ${rule}`));
  }
  const paths = [...checked.value.stores, ...checked.value.files].map(({ path }) => path);
  const seen = new Set<string>();
  const isAgain = (path: string): boolean => seen.size === seen.add(path).size;
  const wrong = paths.filter((path) => !isInnerPath(path) || isAgain(path));
  if (wrong.length > 0) return refuse(wrong.map((path) => `${MANIFEST}: no place for "${path}"`));
  return { ok: true, value: checked.value };
}

function refuse(problems: readonly string[]): ManifestReading {
  return { ok: false, problems };
}
