import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Type } from "typebox";
import { TracepostError } from "#errors";
import { compileSchema } from "#runtime";
import type { ScenarioPlan } from "./plan.ts";

const RecordSchema = Type.Object(
  {
    product: Type.Literal("tracepost-scenario"),
    format: Type.Literal(1),
    /** SHA-256 of the input, hex. */
    inputDigest: Type.String(),
    /** When the scenario first ran here, ISO 8601; requests are dated from it. */
    startedAt: Type.String({ format: "date-time" }),
  },
  { additionalProperties: false },
);

/** What a data folder remembers of the scenario that it belongs to. */
export interface ScenarioRecord {
  readonly inputDigest: string;
  readonly startedAtMs: number;
}

/** File of the record in a data folder. */
const RECORD_FILE = "scenario.json";

const schema = compileSchema(RecordSchema);

/**
 * The record of a data folder; undefined when it has none. Throws TracepostError DATA_FOLDER when
 * it is damaged.
 */
export async function readScenarioRecord(dataDir: string): Promise<ScenarioRecord | undefined> {
  const file = join(dataDir, RECORD_FILE);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw damaged(file, caught);
  }
  const result = schema.check(parseJson(text, file));
  if (!result.ok) throw damaged(file);
  const { inputDigest, startedAt } = result.value;
  return { inputDigest, startedAtMs: Date.parse(startedAt) };
}

/**
 * Binds a data folder to an input, or finds that it is bound to it already. Throws TracepostError
 * DATA_FOLDER when it belongs to another input or lacks a participant of this one.
 */
export async function bindScenarioFolder(
  dataDir: string,
  plan: ScenarioPlan,
  participants: readonly string[],
  nowMs: number,
): Promise<ScenarioRecord> {
  const existing = await readScenarioRecord(dataDir);
  if (existing !== undefined) {
    checkSameInput(dataDir, existing, plan);
    return existing;
  }
  const missing = plan.participants.filter((id) => !participants.includes(id));
  if (missing.length > 0) {
    const message = `${dataDir} is an exchange without ${missing.join(", ")}`;
    throw new TracepostError("DATA_FOLDER", message, { remedy: OTHER_FOLDER });
  }
  const record = {
    product: "tracepost-scenario",
    format: 1,
    inputDigest: plan.inputDigest,
    startedAt: new Date(nowMs).toISOString(),
  };
  const file = join(dataDir, RECORD_FILE);
  await writeFile(`${file}.part`, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.part`, file);
  return { inputDigest: plan.inputDigest, startedAtMs: nowMs };
}

/** Throws TracepostError DATA_FOLDER when the folder was made from another input. */
export function checkSameInput(dataDir: string, record: ScenarioRecord, plan: ScenarioPlan): void {
  if (record.inputDigest === plan.inputDigest) return;
  throw new TracepostError("DATA_FOLDER", `${dataDir} was made from another input`, {
    remedy: `${OTHER_FOLDER} To resume, give --input the file it was made from.`,
  });
}

const OTHER_FOLDER = "Give --data another folder; without --data each input gets one of its own.";

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (caught) {
    throw damaged(file, caught);
  }
}

function damaged(file: string, cause?: unknown): TracepostError {
  return new TracepostError("DATA_FOLDER", `${file} is damaged`, {
    ...(cause === undefined ? {} : { cause }),
    remedy: "Restore the folder from a copy, or give --data a new one.",
  });
}
