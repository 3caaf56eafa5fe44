import {
  Aggregation,
  Boundness,
  Instrument,
  type Participant,
  ParticipantStatus,
  Role,
  type Timestamp,
} from "#proto";
import { regionalBody } from "#reference";
import { calendarDateOf } from "#runtime";
import { isBound, type RegisterView } from "#trust";
import { timestampMs } from "#wire";
import { isOpenAt } from "./opening-hours.ts";

/** Who of the directory is asked for; nothing: everybody. */
export interface DirectoryFilter {
  readonly state?: string | undefined;
  readonly instrument?: string | undefined;
}

/**
 * The register of contact points, as a participant's own register has it (TP-DIR-1): who takes
 * part, what it applies, how and when it is reached, which body sees which sums. No key, no unit.
 */
export function directoryOf(view: RegisterView, filter: DirectoryFilter, nowMs: number) {
  const { instrument, state } = filter;
  const found = view.participants.filter(({ instruments, state: own, status }) => {
    if (status === ParticipantStatus.REMOVED) return false;
    const applies = (one: { instrument: Instrument }) =>
      Instrument[named(instrument)] === one.instrument;
    return (
      (state === undefined || own === state) &&
      (instrument === undefined || instruments.some(applies))
    );
  });
  return {
    registerVersion: String(view.version),
    at: new Date(nowMs).toISOString(),
    contacts: found.map((participant) => contactOf(participant, nowMs)),
  };
}

function named(instrument: string | undefined): keyof typeof Instrument {
  return (instrument ?? "UNSPECIFIED") as keyof typeof Instrument;
}

function contactOf(participant: Participant, nowMs: number) {
  const { disclosures, dutyDesks, id, instruments, languages, regionalBodies } = participant;
  const calendar = participant.workingCalendar;
  return {
    participant: id,
    name: participant.legalName,
    role: nameOf(Role, participant.role),
    ...(participant.state === "" ? {} : { state: participant.state }),
    onExchange: participant.status === ParticipantStatus.ACTIVE,
    instruments: instruments.map(({ boundness, instrument, since, until }) => ({
      instrument: nameOf(Instrument, instrument),
      boundness: nameOf(Boundness, boundness),
      ...periodOf(since, until),
      bound: isBound(participant, instrument, nowMs),
    })),
    bodies: regionalBodies.map(({ body, since, until }) => ({
      ...{ body, name: regionalBody(body)?.name ?? body },
      ...periodOf(since, until),
    })),
    languages,
    desks: dutyDesks.map(({ always, email, languages: spoken, name, telephone }) => ({
      name,
      ...(telephone === "" ? {} : { telephone }),
      ...(email === "" ? {} : { email }),
      languages: spoken,
      always,
    })),
    openNow: isOpenAt(calendar, nowMs),
    ...(calendar === undefined ? {} : { hours: hoursOf(calendar) }),
    disclosures: disclosures.map(({ aggregation, body }) => ({
      body,
      aggregation: nameOf(Aggregation, aggregation),
    })),
  };
}

function hoursOf({ closes, holidays, opens, restDays, timeZone }: Calendar) {
  return { timeZone, restDays, holidays, ...(opens === "" ? {} : { opens, closes }) };
}

type Calendar = NonNullable<Participant["workingCalendar"]>;

function periodOf(since: Timestamp | undefined, until: Timestamp | undefined) {
  const day = (at: Timestamp | undefined): string => calendarDateOf(timestampMs(at) ?? 0);
  return { since: day(since), ...(until === undefined ? {} : { until: day(until) }) };
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, one]) => one === value)?.[0] ?? "UNSPECIFIED";
}
