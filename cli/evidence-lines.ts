import type {
  CheckpointFinding,
  DeliveryFinding,
  DisposalFinding,
  EndedLogFinding,
  EvidenceReport,
  MessageFinding,
  RenewalFinding,
  TimestampFinding,
} from "#evidence";
import { subjectText } from "#evidence";
import { printable } from "#runtime";

const VERDICTS = {
  proven: "PROVEN: all of it holds, under the root keys given.",
  consistent:
    "NOT PROVEN: it holds together, but no root keys were given: anybody can make such a file.",
  broken: "NOT PROVEN: something in it does not hold.",
} as const;

/** What a verification has found, for people: what is proven, by whom, and what is not. */
export function evidenceLines(report: EvidenceReport): string[] {
  const { checkpoints, messages, notProven, problems, problemsTotal } = report;
  const more = problemsTotal - problems.length;
  return [
    VERDICTS[report.verdict],
    "",
    `Evidence about ${subjectText(report.subject)}, put together ${instant(report.madeAtMs)}`,
    ...(problems.length === 0 ? [] : ["", `Problems (${problemsTotal}):`]),
    ...problems.map((problem) => `  - ${problem}`),
    ...(more > 0 ? [`  - and ${more} more`] : []),
    ...(report.verdict === "proven" ? [] : ["", "What it says, of which nothing is proven:"]),
    ...messages.flatMap((message) => ["", ...messageLines(message, checkpoints)]),
    "",
    "By whom:",
    ...report.registers.map((one) => `  register ${one.version}: ${signers(one.rootKeys)}`),
    ...report.policies.map((one) => `  policy ${one.version}: ${signers(one.rootKeys)}`),
    ...report.disposals.map((one) => `  ${disposalText(one)}`),
    ...report.renewals.map((one) => `  ${renewalText(one)}`),
    ...report.timestamps.map((one) => `  ${timestampText(one)}`),
    ...checkpoints.map((one) => `  log ${one.log}: ${checkpointText(one)}`),
    ...report.endedLogs.map(endedText),
    "",
    "Not proven:",
    ...notProven.map((sentence) => `  - ${sentence}`),
  ].map(printable);
}

function endedText({ origin, provenSize, rootKeys, succeededBy }: EndedLogFinding): string {
  const until = provenSize === 0 ? "not proven at all" : `proven up to ${provenSize} entries`;
  return `  log ${origin}: has ended, ${until}; ${succeededBy} succeeds it, ${signers(rootKeys)}`;
}

function messageLines(
  message: MessageFinding,
  checkpoints: readonly CheckpointFinding[],
): string[] {
  const { checkpointSize, code, existedByMs, field, keyId, logIndex, outcome, parts, sender } =
    message;
  const refused = outcome === "refused" ? `refused with ${code} ${field}` : "accepted";
  const under = checkpoints.find(({ size }) => size === checkpointSize);
  const since = message.keyCompromisedSinceMs;
  const gone = parts.filter(({ isHere }) => !isHere).length;
  return [
    `${message.kind} ${message.messageId} of ${sender} to ${message.recipients.join(", ")}`,
    `  signed by ${sender} with key ${keyId}, valid in register ${message.registerVersion} then`,
    ...(since === undefined ? [] : [`  that key may have been another's since ${instant(since)}`]),
    `  ${refused.trimEnd()} and recorded ${instant(message.recordedAtMs)}`,
    `  entry ${logIndex} of the log, under checkpoint ${checkpointSize}, ${witnessText(under)}`,
    ...(existedByMs === undefined
      ? []
      : [`  existed before ${instant(existedByMs)}, as an authority outside has said`]),
    `  parts: ${parts.length - gone} in the file${gone === 0 ? "" : `, ${gone} as digests only`}`,
    ...parts.flatMap(({ disposal, name }) =>
      disposal === undefined
        ? []
        : [
            `  part ${name} was disposed of, certificate ${disposal.certificate}: ` +
              `due ${instant(disposal.dueAtMs)}, ${disposal.basis}`,
          ],
    ),
    ...message.deliveries.map(deliveryLine),
  ];
}

function deliveryLine({ atMs, code, logIndex, outcome, recipient }: DeliveryFinding): string {
  const where = atMs === undefined ? "" : `, recorded ${instant(atMs)}, entry ${logIndex}`;
  switch (outcome) {
    case "delivered":
      return `  delivered: receipt signed by ${recipient}${where}`;
    case "rejected":
      return `  rejected with ${code}: receipt signed by ${recipient}${where}`;
    case "expired":
      return `  expired before ${recipient} confirmed it${where}`;
    case "returned":
      return `  returned: ${recipient} was removed${where}`;
    case "refused":
      return `  not routed to ${recipient}: ${code}`;
    case "open":
      return `  ${recipient}: nothing in the file says what became of it`;
    default:
      return outcome satisfies never;
  }
}

function checkpointText(one: CheckpointFinding): string {
  const keys = one.isPostQuantumSigned ? "Ed25519 and ML-DSA-44" : "Ed25519";
  return `checkpoint ${one.size}, signed by the log (${keys}), ${witnessText(one)}`;
}

function witnessText(one: CheckpointFinding | undefined): string {
  if (one === undefined || one.witnessesOf === 0) return "unwitnessed (the log has no witnesses)";
  const { quorum, witnesses, witnessesOf } = one;
  const count = `${witnesses.length} of ${witnessesOf} witnesses, ${quorum} needed`;
  return witnesses.length >= quorum ? `cosigned by ${count}` : `unwitnessed: ${count}`;
}

function disposalText(one: DisposalFinding): string {
  const { askedBy, authority, certificate, confirmedBy, disposedAtMs, logIndex } = one;
  const persons = confirmedBy === undefined ? askedBy : `${askedBy} and ${confirmedBy}`;
  const by = one.isSigned ? "signed by the gateway" : "not signed yet";
  const shown = `${one.itemsShown} of its ${one.items} records shown`;
  const done = `disposal certificate ${certificate} of ${instant(disposedAtMs)}, entry ${logIndex}`;
  return `${done}, ${by}, ${shown}: ${authority}, asked for by ${persons}`;
}

function renewalText({ digest, number, renewedAtMs, signers, size }: RenewalFinding): string {
  const what = `first ${size} entries hashed again with ${digest}`;
  return `renewal ${number} of ${instant(renewedAtMs)}: ${what}, signed with ${signers.join(", ")}`;
}

function timestampText(one: TimestampFinding): string {
  const { accuracyMs, atMs, authority, isTrusted, rootFingerprint, size } = one;
  const about = accuracyMs === undefined ? "" : ` (give or take ${accuracyMs} ms)`;
  const what = `the first ${size} entries existed before ${instant(atMs)}${about}`;
  const root = `root certificate ${rootFingerprint}${isTrusted ? "" : ", which was not named"}`;
  return `time-stamp: ${what}, by ${authority}, ${root}`;
}

function signers(rootKeys: readonly string[]): string {
  return rootKeys.length === 0
    ? "signed by no root key that was given"
    : `signed by root keys ${rootKeys.join(", ")}`;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
