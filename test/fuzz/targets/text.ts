import { Type } from "typebox";
import { toTraceRequest } from "#casework";
import { filteredMark, keyOfMark, pageMark, positionOf } from "#http";
import { type Timestamp, TraceReply, TraceRequest } from "#proto";
import { compileSchema, parseConfig, parseCrashPlan } from "#runtime";
import { parseToken } from "#users";
import { timestampMs } from "#wire";
import { parseBackupManifest } from "../../../deploy/local/backup/manifest.ts";
import { parseHostName } from "../../../deploy/local/certificates/transport-plan.ts";
import { parseListenAddress } from "../../../deploy/local/external-nats.ts";
import {
  parseParticipantsYaml,
  participantsYaml,
} from "../../../deploy/local/folder/participants-file.ts";
import { parseJournalLine } from "../../../deploy/local/watch/incident-journal.ts";
import { parseNatsLogLine } from "../../../deploy/local/watch/nats-log-line.ts";
import { readReference } from "../../../gateway/message-reference.ts";
import { parseScenarioOptions } from "../../../scenario/options.ts";
import { parseRecoveredRows } from "../../../scenario/recovered-file.ts";
import { FirearmLine, toRecord } from "../../../services/focal-point/api/firearm-schema.ts";
import { toTraceReply } from "../../../services/focal-point/api/reply-facts.ts";
import { NewReply } from "../../../services/focal-point/api/reply-schema.ts";
import { NewTrace } from "../../../services/focal-point/api/trace-schema.ts";
import { parseCsvHeader } from "../../../services/focal-point/register/csv-columns.ts";
import { csvRecord, parseCsvRecord } from "../../../services/focal-point/register/csv-record.ts";
import { readLines } from "../../../services/focal-point/register/read-lines.ts";
import { ofOptional, ofThrown, type Target, textTarget, type Verdict } from "../verdict.ts";

const REFUSED: Verdict = { accepted: false };
const FILTERS = { state: "OPEN", limit: 5 };
const PARTICIPANTS: ReadonlySet<string> = new Set(["NE", "BR"]);
const LINE_BYTES_MAX = 200;
const CONTEXT = { requestingState: "NE", requestedState: "AT", nowMs: Date.UTC(2026, 0, 1) };

const checkTrace = compileSchema(NewTrace);
const checkReply = compileSchema(NewReply);
const checkFirearm = compileSchema(FirearmLine);
const ConfigLike = Type.Object(
  { participant: Type.String({ minLength: 2 }), http: Type.Object({ port: Type.Integer() }) },
  { additionalProperties: false },
);

/** A JSON text that is held against a schema and then made into what is worked with. */
function ofJson<T>(
  text: string,
  check: (value: unknown) => { ok: true; value: T } | { ok: false; problems: readonly unknown[] },
  use: (value: T) => unknown,
): Verdict {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return REFUSED;
  }
  const result = check(value);
  if (!result.ok) {
    if (result.problems.length === 0) throw new TypeError("it was refused without a problem");
    return REFUSED;
  }
  use(result.value);
  return { accepted: true };
}

/** A time that was given must be one that the wire can carry. */
function demandInstant(instant: Timestamp | undefined, given: string | undefined): void {
  const isThere = timestampMs(instant) !== undefined;
  if (given !== undefined && !isThere) throw new TypeError(`${given} was taken and is no time`);
}

/** Readers of files, command lines, configuration and HTTP bodies. */
export const TEXT_TARGETS: readonly Target[] = [
  textTarget("participants-yaml", ["parseParticipantsYaml"], (text) =>
    ofThrown(
      "INPUT_INVALID",
      () => parseParticipantsYaml(text),
      (specs) => {
        // Comments and order of fields are not kept; what is written again must read the same.
        const again = parseParticipantsYaml(participantsYaml(specs));
        return JSON.stringify(again) === JSON.stringify(specs) ? text : "";
      },
    ),
  ),
  {
    corpus: "recovered-csv",
    parses: ["parseRecoveredRows"],
    read: (input) => ofThrown("INPUT_INVALID", () => parseRecoveredRows(input, "in.csv")),
  },
  textTarget("config", ["parseConfig"], (text) =>
    ofThrown("CONFIG_INVALID", () => parseConfig(ConfigLike, text, "config.json")),
  ),
  textTarget("trace-body", ["toTraceRequest"], (text) =>
    ofJson(
      text,
      (value) => checkTrace.check(value),
      ({ request }) => {
        const trace = toTraceRequest(request, CONTEXT);
        TraceRequest.encode(trace).finish();
        demandInstant(trace.createdAt, request.createdAt);
        demandInstant(trace.respondBy, request.respondBy);
      },
    ),
  ),
  textTarget("reply-body", ["toTraceReply"], (text) =>
    ofJson(
      text,
      (value) => checkReply.check(value),
      (facts) => {
        const reply = toTraceReply(facts);
        if (reply === undefined) return;
        TraceReply.encode(reply).finish();
        if (reply.content?.$case !== "acknowledgement") return;
        demandInstant(reply.content.value.expectedBy, facts.acknowledgement?.expectedBy);
      },
    ),
  ),
  textTarget("firearm-line", ["toRecord"], (text) =>
    ofJson(text, (value) => checkFirearm.check(value), toRecord),
  ),
  {
    corpus: "firearm-line",
    parses: ["readLines"],
    async read(input) {
      const source = (async function* () {
        // Cut where a carrier may cut: in the middle of anything.
        for (let at = 0; at < input.length; at += 7) yield input.subarray(at, at + 7);
      })();
      let last = 0;
      for await (const { line, text } of readLines(source, LINE_BYTES_MAX)) {
        if (line !== last + 1) throw new TypeError(`line ${line} came after line ${last}`);
        if (text?.includes("\n")) throw new TypeError("a line holds another");
        last = line;
      }
      return { accepted: true };
    },
  },
  textTarget("register-csv", ["parseCsvRecord"], (text) => {
    const record = parseCsvRecord(text, ",");
    if (record.type !== "record") return REFUSED;
    const again = parseCsvRecord(csvRecord(record.fields), ",");
    const isSame = JSON.stringify(again) === JSON.stringify(record);
    if (!isSame) throw new TypeError("a record that is written again reads otherwise");
    return { accepted: true };
  }),
  textTarget("register-csv-header", ["parseCsvHeader"], (text) => {
    const read = parseCsvHeader(text);
    if (!read.ok && read.problems.length === 0) throw new TypeError("refused without a problem");
    return { accepted: read.ok };
  }),
  textTarget("token", ["parseToken"], (text) => ofOptional(parseToken(text))),
  textTarget("page-mark", ["positionOf"], (text) =>
    ofOptional(positionOf(text), (position) => pageMark(position)),
  ),
  textTarget("list-mark", ["keyOfMark"], (text) =>
    ofOptional(keyOfMark(text, FILTERS), (key) => filteredMark(key, FILTERS)),
  ),
  textTarget("crash-plan", ["parseCrashPlan"], (text) => ofOptional(parseCrashPlan(text))),
  textTarget("nats-log-line", ["parseNatsLogLine"], (text) =>
    ofOptional(parseNatsLogLine(text, PARTICIPANTS)),
  ),
  textTarget("journal-line", ["parseJournalLine"], (text) => ofOptional(parseJournalLine(text))),
  textTarget("backup", ["parseBackupManifest"], (text) => {
    const read = parseBackupManifest(text);
    if (!read.ok && read.problems.length === 0) throw new TypeError("refused without a problem");
    return { accepted: read.ok };
  }),
  textTarget("listen-address", ["parseListenAddress"], (text) =>
    ofThrown("USAGE", () => parseListenAddress(text)),
  ),
  textTarget("host-name", ["parseHostName"], (text) =>
    ofThrown("USAGE", () => parseHostName(text)),
  ),
  textTarget("arguments", ["parseScenarioOptions"], (text) =>
    ofThrown("USAGE", () => parseScenarioOptions(text.split("\n"), "/folder")),
  ),
  {
    corpus: "header",
    parses: ["readReference"],
    read: (input) => ofOptional(readReference(input)),
  },
];
