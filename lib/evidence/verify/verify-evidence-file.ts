/** Verifies an evidence file offline, with nothing but root keys that the reader knows. */

import { endOfLog, logNames } from "#message-log";
import { EntryKind } from "#proto";
import { majorityOf, type RegisterView, successionSignatures } from "#trust";
import { equalBytes } from "#wire";
import type { EvidenceContent, EvidenceSubject } from "../evidence-content.ts";
import { parseEvidenceFile } from "../evidence-file.ts";
import { numbered } from "../evidence-payload.ts";
import { Disposals } from "./disposal-finding.ts";
import { EntryProver, isCosigned } from "./entry-prover.ts";
import { isEntryNaming, type MessageJudge } from "./judge.ts";
import { messageFinding } from "./message-finding.ts";
import { Problems } from "./problems.ts";
import { renewalFindings } from "./renewal-finding.ts";
import type { EndedLogFinding, EvidenceReport, MessageFinding, VersionFinding } from "./report.ts";
import { type RootSet, rootKeysOf } from "./root-sets.ts";
import { openVersions, registerUnder, type SignedVersions } from "./signed-versions.ts";
import { type TimestampRoots, timestampFindings } from "./timestamp-finding.ts";

/**
 * What a file proves, by whom, and what it does not (TP-EVID-5 to TP-EVID-9). `sets`: the root keys
 * that the reader knows, a set for each time; with none the file may be consistent, and proves
 * nothing. `stampRoots`: root certificates of time-stamping authorities that the reader trusts.
 * Throws VERIFICATION for what is no evidence file.
 */
export function verifyEvidenceFile(
  bytes: Uint8Array,
  sets: readonly RootSet[],
  stampRoots: TimestampRoots = [],
): EvidenceReport {
  const { content, isSummaryTrue } = parseEvidenceFile(bytes);
  const problems = new Problems();
  problems.demand(isSummaryTrue, "data/summary.html", "says something else than the file holds");
  const versions = openVersions(content, sets, problems);
  const newest = [...versions.registers.values()].at(-1)?.value;
  if (newest === undefined) return reportOf(content, problems, "");
  const prover = new EntryProver(newest, problems);
  const judge: MessageJudge = { versions, prover, problems, notProven: [] };
  const views = [...versions.registers.values()].map(({ value }) => value);
  checkOrigins(views, newest, problems);
  const disposals = new Disposals(content, judge);
  const proven = content.messages.flatMap((message, at) => {
    const place = `data/messages/${numbered(at)}`;
    const finding = messageFinding(place, message, { ...judge, disposals });
    if (finding !== undefined) checkSubject(place, finding, content.subject, problems);
    return finding === undefined ? [] : [finding];
  });
  const stamped = timestampFindings(content, proven, stampRoots, judge);
  const found = {
    ...stamped,
    endedLogs: endedLogs(newest, versions.named, problems),
    registers: registerFindings(content, judge),
    policies: policyFindings(content, judge),
    disposals: disposals.findings,
    renewals: renewalFindings(content, newest, judge),
  };
  disposals.checkAllRead(problems);
  const isNamed = sets.length > 0;
  const report = { ...reportOf(content, problems, newest.logOrigin), ...found };
  const notProven = [...limitsOf(isNamed, prover, found), ...judge.notProven];
  const verdict = problems.total > 0 ? "broken" : isNamed ? "proven" : "consistent";
  const { listed, total } = problems;
  const { checkpoints } = prover;
  return { ...report, verdict, checkpoints, notProven, problems: listed, problemsTotal: total };
}

function reportOf(content: EvidenceContent, problems: Problems, origin: string): EvidenceReport {
  return {
    verdict: "broken",
    subject: content.subject,
    madeAtMs: content.madeAtMs,
    logOrigin: origin,
    registers: [],
    policies: [],
    endedLogs: [],
    checkpoints: [],
    messages: [],
    disposals: [],
    renewals: [],
    timestamps: [],
    notProven: [],
    problems: problems.listed,
    problemsTotal: problems.total,
  };
}

/** One log, or those before it: another exchange's register proves nothing about this one. */
function checkOrigins(
  registers: readonly RegisterView[],
  newest: RegisterView,
  problems: Problems,
): void {
  const names = logNames(newest);
  const isOne = registers.every(({ logOrigin }) => names.includes(logOrigin));
  problems.demand(isOne, "data/registers", "are of more than one log");
}

function checkSubject(
  place: string,
  { conversationId, messageId, sender }: MessageFinding,
  subject: EvidenceSubject,
  problems: Problems,
): void {
  const isMeant =
    subject.type === "message"
      ? subject.sender === sender && subject.messageId === messageId
      : subject.conversationId === conversationId;
  problems.demand(isMeant, `${place}/message.bin`, "is not what the file is about");
}

/** That a version was taken is an entry of the log with the digest of what was signed. */
function registerFindings(
  content: EvidenceContent,
  { problems, prover, versions }: MessageJudge,
): VersionFinding[] {
  return content.registers.map(({ bytes, proof, version }) => {
    const rootKeys = versions.registers.get(version)?.rootKeys ?? [];
    const place = `data/registers/${version}.tlog-proof`;
    const proven = proof === undefined ? undefined : prover.prove(place, proof);
    if (proven !== undefined) {
      const digest = registerDigest(bytes, content);
      const isIts =
        proven.entry.kind === EntryKind.REGISTER_CHANGE &&
        proven.entry.registerVersion === BigInt(version) &&
        digest !== undefined &&
        equalBytes(proven.entry.headerDigest, digest);
      problems.demand(isIts, place, "is about another register");
    }
    return { version, rootKeys, logIndex: proven?.index };
  });
}

function registerDigest(bytes: Uint8Array, content: EvidenceContent): Uint8Array | undefined {
  for (const key of rootKeysOf(content, new Problems())) {
    const opened = registerUnder(bytes, [key]);
    if (opened !== undefined) return opened.digest;
  }
  return undefined;
}

function policyFindings(
  content: EvidenceContent,
  { problems, prover, versions }: MessageJudge,
): VersionFinding[] {
  return content.policies.map(({ bytes, proof, version }) => {
    const place = `data/policies/${version}.tlog-proof`;
    const proven = proof === undefined ? undefined : prover.prove(place, proof);
    const isIts = isEntryNaming(proven?.entry, EntryKind.POLICY_CHANGE, bytes);
    problems.demand(isIts, place, "does not prove that the policy was taken");
    const rootKeys = versions.policies.get(version)?.rootKeys ?? [];
    return { version, rootKeys, logIndex: isIts ? proven?.index : undefined };
  });
}

/** Logs that have ended, each by a statement that enough of the named root keys have signed. */
function endedLogs(
  newest: RegisterView,
  named: SignedVersions["named"],
  problems: Problems,
): EndedLogFinding[] {
  return newest.successions.map(({ signed, succession }) => {
    const { newOrigin: succeededBy, oldOrigin: origin } = succession;
    const rootKeys = named.flatMap((set) => {
      const keys = set.map(({ publicKey }) => publicKey);
      const signers = successionSignatures(signed, keys);
      return signers.length >= majorityOf(keys).threshold ? signers : [];
    });
    const isSigned = named.length === 0 || rootKeys.length > 0;
    const where = `succession of ${origin}`;
    problems.demand(isSigned, "data/registers", `${where}: too few named root keys signed it`);
    return { origin, succeededBy, provenSize: endOfLog(origin, newest) ?? 0, rootKeys };
  });
}

/** What nobody may conclude, whatever holds. */
function limitsOf(
  isNamed: boolean,
  prover: EntryProver,
  { messages, registers }: Pick<EvidenceReport, "messages" | "registers">,
): string[] {
  const open = prover.checkpoints.filter((one) => !isCosigned(one)).map(({ size }) => size);
  const gone = messages.flatMap(({ messageId, parts }) =>
    parts
      .filter(({ isHere }) => !isHere)
      .map(({ name, onlyFor }) => {
        const whose = onlyFor === "" ? "" : ` for ${onlyFor}`;
        return `What part ${name}${whose} of ${messageId} held: it is not here, only its digest is.`;
      }),
  );
  const unknown =
    "That any of it is of the exchange: no root keys were given, so nobody you know vouches for " +
    "the registers in the file, and whoever made it could have made all of them.";
  return [
    ...(isNamed ? [] : [unknown]),
    ...open.map((size) => {
      const what = `That others were shown the same log: checkpoint ${size} is unwitnessed`;
      return `${what}, cosigned by no quorum of witnesses.`;
    }),
    ...prover.afterEnd.map((what) => {
      return `That the log was so when it ended: ${what} is beyond its last cosigned checkpoint.`;
    }),
    ...gone,
    `What registers after version ${registers.at(-1)?.version} say: a key may have been revoked ` +
      "since, for a time before, and the file would not know.",
    "What sealed parts say: they open with keys of their recipients alone.",
    "That what was written is true, or that nothing else was written.",
    "When: times of record are those of the gateway's clock, times of sending those of the sender.",
  ];
}
