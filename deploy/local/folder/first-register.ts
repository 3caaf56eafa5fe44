import {
  Aggregation,
  Boundness,
  Instrument,
  type KeyPurpose,
  LogKey,
  Participant,
  ParticipantStatus,
  Role,
  SigningKey,
} from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import type { LogKeyPair, SealingKeyPair, SigningKeyPair } from "#trust";
import { toTimestamp } from "#wire";
import type {
  BoundnessName,
  ParticipantContent,
  ParticipantSpec,
  RoleName,
} from "./participant-spec.ts";

/** Life of the keys made at set-up; they are rotated long before. */
const KEY_LIFE_MS = REGISTER_LIMITS.keyLifeMs;

/** Roles by the names of the participants file. */
export const ROLES: Readonly<Record<RoleName, Role>> = {
  "focal-point": Role.FOCAL_POINT,
  "border-agency": Role.BORDER_AGENCY,
  "regional-monitor": Role.REGIONAL_MONITOR,
};
/** How a State is bound, by the names of the participants file. */
export const BOUNDNESS: Readonly<Record<BoundnessName, Boundness>> = {
  party: Boundness.PARTY,
  signatory: Boundness.SIGNATORY,
  committed: Boundness.COMMITTED,
};

/** Keys of one participant. */
export interface ParticipantKeys {
  readonly identity: SigningKeyPair;
  readonly header: SigningKeyPair;
  readonly sealing: SealingKeyPair;
}

/** Keys of the gateway. */
export interface GatewayKeys {
  readonly receipt: SigningKeyPair;
  readonly checkpoint: SigningKeyPair;
  readonly log: LogKeyPair;
}

/** What the first version of a register is made from. */
export interface FirstRegisterInput {
  readonly nowMs: number;
  readonly logOrigin: string;
  readonly participants: readonly ParticipantSpec[];
  readonly keys: ReadonlyMap<string, ParticipantKeys>;
  readonly gateway: GatewayKeys;
}

/** A post-quantum key of the log as the register has it. */
export function registeredLogKey({ keyId, publicRaw }: LogKeyPair, nowMs: number): LogKey {
  return LogKey.create({
    keyId,
    publicKey: publicRaw,
    notBefore: toTimestamp(nowMs),
    notAfter: toTimestamp(nowMs + KEY_LIFE_MS),
  });
}

/** The groups that participants say they are in. */
export function groupsOf(participants: readonly ParticipantSpec[]) {
  const names = new Set(participants.flatMap(({ groups = [] }) => groups));
  return [...names].toSorted().map((name) => ({
    name,
    members: participants.filter(({ groups = [] }) => groups.includes(name)).map(({ id }) => id),
  }));
}

/** What a participant is, as its entry in the register says it; its keys are its own to state. */
export function registeredParticipant(spec: ParticipantSpec): Participant {
  return Participant.create({
    id: spec.id,
    legalName: spec.name,
    role: ROLES[spec.role],
    state: spec.state,
    status: ParticipantStatus.ACTIVE,
    instruments: spec.instruments.map(({ instrument, boundness, since, until }) => ({
      instrument: Instrument[instrument],
      boundness: BOUNDNESS[boundness],
      since: dayTimestamp(since),
      until: until === undefined ? undefined : dayTimestamp(until),
    })),
    languages: [...spec.languages],
    alertsNeedApproval: spec.alerts === "approved",
    ...registeredContent(spec),
  });
}

function registeredContent(spec: ParticipantContent) {
  const { calendar, disclosures = [], dutyDesks = [], quotas } = spec;
  const { regionalBodies = [], units = [] } = spec;
  return {
    regionalBodies: regionalBodies.map((one) => ({ body: one.body, ...registeredPeriod(one) })),
    units: units.map((one) => ({
      ...{ id: one.id, name: one.name, locode: one.locode ?? "" },
      ...registeredPeriod(one),
    })),
    dutyDesks: dutyDesks.map((desk) => ({ ...desk, languages: [...desk.languages] })),
    workingCalendar: calendar && {
      timeZone: calendar.timeZone,
      restDays: [...calendar.restDays],
      holidays: [...calendar.holidays],
      opens: calendar.opens ?? "",
      closes: calendar.closes ?? "",
    },
    quotas: quotas && {
      messagesPerSecond: quotas.messagesPerSecond,
      bytesPerDay: BigInt(quotas.bytesPerDay),
      storedBytes: BigInt(quotas.storedBytes),
      recipientsMax: quotas.recipientsMax,
    },
    disclosures: disclosures.map(({ aggregation, body }) => {
      return { body, aggregation: Aggregation[aggregation] };
    }),
  };
}

function registeredPeriod({ since, until }: { readonly since: string; readonly until?: string }) {
  return {
    since: dayTimestamp(since),
    until: until === undefined ? undefined : dayTimestamp(until),
  };
}

/** A key of an exchange as its register has it. */
export function registeredKey(
  pair: SigningKeyPair,
  purpose: KeyPurpose,
  nowMs: number,
): SigningKey {
  return SigningKey.create({
    keyId: pair.keyId,
    publicKey: pair.publicRaw,
    algorithm: pair.algorithm,
    purpose,
    notBefore: toTimestamp(nowMs),
    notAfter: toTimestamp(nowMs + KEY_LIFE_MS),
  });
}

function dayTimestamp(date: string): ReturnType<typeof toTimestamp> {
  return toTimestamp(Date.parse(`${date}T00:00:00Z`));
}
