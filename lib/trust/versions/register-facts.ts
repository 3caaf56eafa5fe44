import {
  Aggregation,
  Boundness,
  Instrument,
  KeyPurpose,
  KeyStatement,
  type LogKey,
  LogSuccession,
  type LogWitness,
  type Participant,
  type ParticipantQuotas,
  ParticipantStatus,
  type RegisterEntry,
  RevocationReason,
  Role,
  SignatureAlgorithm,
  type SignedLogSuccession,
  type SigningKey,
  type Timestamp,
  type WorkingCalendar,
} from "#proto";
import { regionalBody } from "#reference";
import { timestampMs } from "#wire";
import { sealingKeyId } from "./key-windows.ts";
import type { RegisterContent } from "./register-content.ts";

/** What changed between two registers about one thing: a participant, or the register itself. */
export interface RegisterDifference {
  /** Id of the participant, or `register`. */
  readonly about: string;
  /** Facts that hold no more, each a short line. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What a register says of itself, in short lines that can be compared. */
export function manifestFacts({
  manifest: { manifest, roots },
}: RegisterContent): readonly string[] {
  return [
    `version ${manifest.version}`,
    `issued ${minute(manifest.issuedAt)}`,
    `expires ${minute(manifest.expiresAt)}`,
    `log ${manifest.logOrigin}`,
    `signed by ${roots.threshold} of ${roots.keys.length} root keys`,
    ...roots.keys.map(({ keyId, state }) => `root key ${keyId} in ${state}`),
    ...manifest.gatewayKeys.map(
      (key) => `gateway key ${exchangeKeyFact(key)} for ${nameOf(KeyPurpose, key.purpose)}`,
    ),
    ...manifest.freshnessKeys.map((key) => `freshness key ${exchangeKeyFact(key)}`),
    ...manifest.logKeys.map((key) => `log key ${lifeOf(key)}`),
    ...(manifest.witnesses?.witnesses ?? []).map(witnessFact),
    ...(manifest.witnesses ? [`witnessed by ${manifest.witnesses.quorum}`] : []),
    ...manifest.logSuccessions.map(successionFact),
    ...manifest.groups.map(({ members, name }) => `group ${name}: ${members.join(", ")}`),
  ];
}

/** What an entry says of its participant, in short lines that can be compared. */
export function entryFacts(entry: RegisterEntry): readonly string[] {
  const { participant } = entry;
  return [
    ...(participant === undefined ? [] : participantFacts(participant)),
    ...keyFacts(entry),
    ...entry.revocations.map(({ compromisedAt, keyId, reason, revokedAt }) => {
      const since = compromisedAt === undefined ? "" : `, compromised ${minute(compromisedAt)}`;
      return `revoked ${keyId} ${minute(revokedAt)}: ${nameOf(RevocationReason, reason)}${since}`;
    }),
  ];
}

/** What is otherwise in the later of two registers, participants in the order of their ids. */
export function registerDifferences(
  before: RegisterContent | undefined,
  after: RegisterContent,
): readonly RegisterDifference[] {
  const factsBefore = factsByParticipant(before);
  const factsAfter = factsByParticipant(after);
  const ids = [...new Set([...factsBefore.keys(), ...factsAfter.keys()])].toSorted();
  const own = difference("register", before ? manifestFacts(before) : [], manifestFacts(after));
  const others = ids.map((id) =>
    difference(id, factsBefore.get(id) ?? [], factsAfter.get(id) ?? []),
  );
  return [own, ...others].filter(({ added, removed }) => added.length + removed.length > 0);
}

function factsByParticipant(content: RegisterContent | undefined): Map<string, readonly string[]> {
  const entries = content?.entries ?? [];
  return new Map(entries.map((entry) => [entry.participant?.id ?? "", entryFacts(entry)]));
}

function difference(
  about: string,
  before: readonly string[],
  after: readonly string[],
): RegisterDifference {
  const had = new Set(before);
  const has = new Set(after);
  return {
    about,
    removed: before.filter((fact) => !has.has(fact)),
    added: after.filter((fact) => !had.has(fact)),
  };
}

function participantFacts(participant: Participant): readonly string[] {
  const { quotas, workingCalendar } = participant;
  return [
    `name ${participant.legalName}`,
    `role ${nameOf(Role, participant.role)}`,
    `status ${nameOf(ParticipantStatus, participant.status)}`,
    ...participant.instruments.map(({ boundness, instrument, since, until }) => {
      const standing = nameOf(Boundness, boundness).toLowerCase();
      return `${nameOf(Instrument, instrument)} ${standing} ${period(since, until)}`;
    }),
    ...participant.regionalBodies.map(
      ({ body, since, until }) => `member of ${bodyName(body)} ${period(since, until)}`,
    ),
    ...participant.units.map(
      ({ id, name, since, until }) => `unit ${id} (${name}) ${period(since, until)}`,
    ),
    ...participant.dutyDesks.map(({ always, email, languages, name, telephone }) =>
      ["desk", name, telephone, email, ...languages, always ? "at any hour" : ""]
        .filter(Boolean)
        .join(" "),
    ),
    `languages ${participant.languages.join(", ")}`,
    ...(workingCalendar === undefined ? [] : calendarFacts(workingCalendar)),
    ...(participant.alertsNeedApproval ? ["alerts need approval"] : []),
    ...(quotas === undefined ? [] : quotaFacts(quotas)),
    ...participant.disclosures.map(
      ({ aggregation, body }) => `lets ${bodyName(body)} see ${nameOf(Aggregation, aggregation)}`,
    ),
  ];
}

/** Each quota of its own; 0 is the default, which is not told. */
function quotaFacts(quotas: ParticipantQuotas): string[] {
  const { bytesPerDay, messagesPerSecond, recipientsMax, storedBytes } = quotas;
  const told = [
    [messagesPerSecond, "messages a second"],
    [bytesPerDay, "bytes a day"],
    [storedBytes, "bytes stored"],
    [recipientsMax, "recipients of a message"],
  ] as const;
  return told.flatMap(([most, what]) => (most > 0 ? [`at most ${most} ${what}`] : []));
}

function calendarFacts({ closes, holidays, opens, restDays, timeZone }: WorkingCalendar): string[] {
  const days = restDays.map((day) => DAYS[day - 1] ?? `${day}`);
  return [
    `works in ${timeZone}${opens === "" ? "" : ` from ${opens} to ${closes}`}`,
    ...(days.length === 0 ? [] : [`rests on ${days.join(", ")}`]),
    ...holidays.map((date) => `holiday ${date}`),
  ];
}

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** A body by its code, with its name where the reference data know it. */
function bodyName(code: string): string {
  const found = regionalBody(code);
  return found === undefined ? code : `${code} (${found.name})`;
}

function keyFacts({ statement: signed }: RegisterEntry): readonly string[] {
  if (signed === undefined) return [];
  const statement = KeyStatement.decode(signed.statement);
  const { identityKey, recoveryRecipient, sealingKeys, signingKeys } = statement;
  const window = (key: { notBefore?: Timestamp | undefined; notAfter?: Timestamp | undefined }) =>
    period(key.notBefore, key.notAfter);
  return [
    ...(identityKey === undefined
      ? []
      : [`identity key ${identityKey.keyId}${suiteText(identityKey)} ${window(identityKey)}`]),
    ...signingKeys.map((key) => `signing key ${key.keyId}${suiteText(key)} ${window(key)}`),
    ...sealingKeys.map((key) => `sealing key ${sealingKeyId(key.recipient)} ${window(key)}`),
    ...(recoveryRecipient === "" ? [] : [`recovery key ${sealingKeyId(recoveryRecipient)}`]),
  ];
}

function exchangeKeyFact(key: SigningKey): string {
  const { compromisedAt, revocationReason, revokedAt } = key;
  if (revokedAt === undefined) return lifeOf(key);
  const since = compromisedAt === undefined ? "" : `, compromised ${minute(compromisedAt)}`;
  return `${lifeOf(key)}: ${nameOf(RevocationReason, revocationReason)}${since}`;
}

/** Id and times of a key of the exchange. */
function lifeOf({ keyId, notAfter, notBefore, revokedAt }: SigningKey | LogKey): string {
  const life = `${keyId} from ${minute(notBefore)} until ${day(notAfter)}`;
  return revokedAt === undefined ? life : `${life}, revoked ${minute(revokedAt)}`;
}

/** A witness with all that is trusted in it: whoever has its key or address is believed. */
function witnessFact({ name, participant, publicKey, url }: LogWitness): string {
  const key = Buffer.from(publicKey).toString("base64");
  return `witness ${name} of ${participant}, key ${key}, ${url === "" ? "no URL" : `URL ${url}`}`;
}

function successionFact({ succession }: SignedLogSuccession): string {
  const { newOrigin, oldOrigin, reason, succeedsAt } = LogSuccession.decode(succession);
  return `log ${newOrigin} succeeds ${oldOrigin} ${minute(succeedsAt)}: ${reason}`;
}

function period(since: Timestamp | undefined, until: Timestamp | undefined): string {
  return until === undefined ? `since ${day(since)}` : `${day(since)} to ${day(until)}`;
}

function day(at: Timestamp | undefined): string {
  return minute(at).slice(0, "YYYY-MM-DD".length);
}

function minute(at: Timestamp | undefined): string {
  const ms = timestampMs(at);
  return ms === undefined ? "?" : `${new Date(ms).toISOString().slice(0, 16)}Z`;
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, one]) => one === value)?.[0] ?? `${value}`;
}

/** Said of a key that is not the ordinary Ed25519. */
function suiteText({ algorithm }: SigningKey): string {
  return algorithm === SignatureAlgorithm.ES256 ? " (P-256)" : "";
}
