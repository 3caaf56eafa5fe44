/** One message of a file: who signed it, where it stands in the log, how it ended. */
import { EntryKind, type LogEntry, RefusalCode } from "#proto";
import { equalBytes, refusalNameOf, timestampMs } from "#wire";
import type { EvidenceMessage } from "../evidence-content.ts";
import { numbered } from "../evidence-payload.ts";
import type { Disposals } from "./disposal-finding.ts";
import { checkUnderRegister, compromisedSince, isEntryAbout, type MessageJudge } from "./judge.ts";
import type { Problems } from "./problems.ts";
import { receiptFindings } from "./receipt-finding.ts";
import type { DeliveryFinding, MessageFinding } from "./report.ts";
import { kindName, type ReadEnvelope, readEnvelope } from "./signed-envelope.ts";

/** What is found of a message; undefined, and told, when it cannot be read. */
export function messageFinding(
  place: string,
  message: EvidenceMessage,
  judge: MessageJudge & { readonly disposals: Disposals },
): MessageFinding | undefined {
  const { problems, prover } = judge;
  const read = readEnvelope(`${place}/message.bin`, message.envelope, problems);
  const proven = prover.prove(`${place}/message.tlog-proof`, message.proof);
  if (read === undefined || proven === undefined) return undefined;
  const { entry, index, recordedAtMs, size } = proven;
  const { header, keyId } = read;
  checkEntry(`${place}/message.tlog-proof`, read, entry, problems);
  checkUnderRegister(`${place}/message.bin`, read, proven, judge);
  const policyVersion = Number(entry.policyVersion);
  const hasPolicy = policyVersion === 0 || judge.versions.policies.has(policyVersion);
  problems.demand(hasPolicy, "data/policies", `lack version ${policyVersion}, which decided`);
  const isRefused = entry.kind === EntryKind.REFUSAL;
  return {
    sender: header.sender,
    messageId: header.messageId,
    kind: kindName(header.kind),
    conversationId: header.conversationId,
    recipients: header.recipients,
    sentAtMs: timestampMs(header.sentAt),
    outcome: isRefused ? "refused" : "accepted",
    code: refusalNameOf(entry.code),
    field: entry.field,
    recordedAtMs,
    logIndex: index,
    checkpointSize: size,
    existedByMs: undefined,
    registerVersion: Number(entry.registerVersion),
    policyVersion,
    keyId,
    keyCompromisedSinceMs: compromisedSince(keyId, recordedAtMs, judge),
    parts: judge.disposals.partsOf(read, index, problems),
    deliveries: isRefused ? [] : deliveriesOf(place, message, { read, entry }, judge),
  };
}

/** The entry is about this very message, and says that it was recorded or refused. */
function checkEntry(place: string, read: ReadEnvelope, entry: LogEntry, problems: Problems): void {
  const isAbout =
    isEntryAbout(entry, read) && equalBytes(entry.signaturesDigest, read.signaturesDigest);
  problems.demand(isAbout, place, "is about another message");
  const isRefusal = entry.kind === EntryKind.REFUSAL;
  const isDecision = isRefusal || entry.kind === EntryKind.MESSAGE;
  problems.demand(isDecision, place, "is no record of a message");
  const isOfOneMind = isRefusal === (entry.code !== RefusalCode.UNSPECIFIED);
  problems.demand(isOfOneMind, place, "both accepts and refuses");
}

function deliveriesOf(
  place: string,
  message: EvidenceMessage,
  { entry, read }: { readonly read: ReadEnvelope; readonly entry: LogEntry },
  judge: MessageJudge,
): DeliveryFinding[] {
  const said = [
    ...receiptFindings(place, message, read, judge),
    ...endingFindings(place, message, read, judge),
  ];
  const { header } = read;
  return header.recipients.map((recipient) => {
    const refusal = entry.results.find((one) => one.recipient === recipient)?.code ?? 0;
    const code = refusalNameOf(refusal);
    const open = { recipient, outcome: "open", atMs: undefined, logIndex: undefined } as const;
    if (code !== undefined) return { ...open, outcome: "refused", code };
    // The first word counts: whoever has confirmed a message cannot lose it afterwards.
    const ends = said.filter((one) => one.recipient === recipient);
    const [first] = ends.toSorted((one, other) => (one.logIndex ?? 0) - (other.logIndex ?? 0));
    if (first === undefined) {
      const id = header.messageId;
      judge.notProven.push(`What became of ${id} at ${recipient}: nothing in the file says so.`);
    }
    return first ?? { ...open, code: undefined };
  });
}

/** Ends that the gateway gave: nobody but the log vouches for them. */
function endingFindings(
  place: string,
  { endings }: EvidenceMessage,
  read: ReadEnvelope,
  { problems, prover }: MessageJudge,
): DeliveryFinding[] {
  return endings.flatMap((proof, at) => {
    const file = `${place}/endings/${numbered(at)}.tlog-proof`;
    const proven = prover.prove(file, proof);
    if (proven === undefined) return [];
    const { entry, index: logIndex, recordedAtMs: atMs } = proven;
    const isAbout = isEntryAbout(entry, read);
    const isReturn = entry.kind === EntryKind.RETURN;
    const [result] = entry.results;
    if (!isAbout || result === undefined || !(isReturn || entry.kind === EntryKind.EXPIRY)) {
      problems.add(file, "is no end of a delivery of this message");
      return [];
    }
    const outcome = isReturn ? "returned" : "expired";
    return [{ recipient: result.recipient, outcome, code: undefined, atMs, logIndex }];
  });
}
