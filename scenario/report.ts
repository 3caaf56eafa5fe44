import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type Static, Type } from "typebox";
import { TracepostError } from "#errors";
import { compileSchema } from "#runtime";

const closed = { additionalProperties: false } as const;
const count = Type.Integer({ minimum: 0 });

const FailedFieldSchema = Type.Object(
  {
    field: Type.Enum(["serial_number", "manufacturer", "calibre"]),
    rule: Type.Enum(["missing", "tooShort", "unusable", "unknownMake"]),
  },
  closed,
);

const ItemSchema = Type.Object(
  {
    ref: Type.String(),
    outcome: Type.Enum(["sent", "domestic", "incomplete"]),
    to: Type.Optional(Type.String({ pattern: "^[A-Z]{2}$" })),
    fields: Type.Optional(Type.Array(FailedFieldSchema, { minItems: 1 })),
  },
  closed,
);

/** The report that `--report` writes: exactly these keys (docs/spec/screening.md, TP-SCR-6). */
export const ReportSchema = Type.Object(
  {
    input: Type.Object({ rows: count }, closed),
    screening: Type.Object(
      { sent: count, domestic: count, incomplete: count, items: Type.Array(ItemSchema) },
      closed,
    ),
    /** Receipts of trace requests only. */
    receipts: Type.Object({ accepted: count, refused: count, delivered: count }, closed),
    /** Final replies and refusal notices; `byOutcome` sums to `final`. */
    replies: Type.Object({ final: count, byOutcome: Type.Record(Type.String(), count) }, closed),
    log: Type.Object(
      {
        size: count,
        /** Base64. */
        rootHash: Type.String(),
        /** Signed note (C2SP tlog-checkpoint). */
        checkpoint: Type.String(),
        verified: Type.Boolean(),
      },
      closed,
    ),
    integrity: Type.Object({ lost: count, duplicated: count }, closed),
    elapsedMs: count,
  },
  closed,
);

/** What happened, in numbers. */
export type ScenarioReport = Static<typeof ReportSchema>;

const schema = compileSchema(ReportSchema);

/**
 * What is wrong with a run, one sentence each; empty when nothing was lost, duplicated or
 * unverifiable.
 */
export function faultsOfReport(report: ScenarioReport): string[] {
  const { integrity, log, receipts, replies, screening } = report;
  const faults: string[] = [];
  if (integrity.lost > 0) {
    faults.push(`${integrity.lost} of ${screening.sent} requests have no delivery or no answer`);
  }
  if (integrity.duplicated > 0) {
    faults.push(`${integrity.duplicated} messages had more than one effect`);
  }
  if (receipts.refused > 0) faults.push(`${receipts.refused} requests were refused`);
  if (!log.verified) faults.push("the message log does not verify");
  const sum = Object.values(replies.byOutcome).reduce((total, each) => total + each, 0);
  if (sum !== replies.final) faults.push(`${replies.final} answers, but ${sum} outcomes`);
  return faults;
}

/**
 * Makes sure that the report can be written, before anything else is done. Throws TracepostError
 * INPUT_INVALID when it cannot.
 */
export async function prepareReportFile(file: string): Promise<void> {
  await reaching(file, async () => {
    await mkdir(dirname(file), { recursive: true });
    const unfinished = unfinishedFile(file);
    await writeFile(unfinished, "");
    await rm(unfinished);
    const there = await stat(file).catch(() => undefined);
    if (there?.isDirectory() === true) {
      throw new TracepostError("INPUT_INVALID", `${file} is a folder`);
    }
  });
}

/**
 * Writes the report whole or not at all. Throws TracepostError INTERNAL when it is not of its own
 * schema, and INPUT_INVALID when the file cannot be written.
 */
export async function writeReport(file: string, report: ScenarioReport): Promise<void> {
  const result = schema.check(report);
  if (!result.ok) {
    throw new TracepostError("INTERNAL", "the report is not of its own form", {
      problems: result.problems.map(({ field, rule }) => `${field}: ${rule}`),
    });
  }
  await reaching(file, async () => {
    await mkdir(dirname(file), { recursive: true });
    const unfinished = unfinishedFile(file);
    await writeFile(unfinished, `${JSON.stringify(report, undefined, 2)}\n`);
    await rename(unfinished, file);
  });
}

function unfinishedFile(file: string): string {
  return `${file}.${process.pid}.part`;
}

async function reaching(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (caught) {
    throw new TracepostError("INPUT_INVALID", `The report cannot be written to ${file}`, {
      cause: caught,
      problems: [caught instanceof Error ? caught.message : String(caught)],
      remedy: "Give --report a file in a folder that can be written to.",
    });
  }
}
