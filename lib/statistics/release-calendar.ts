import { PeriodLength } from "#proto";
import { calendarDateOf } from "#runtime";

/** One release of the calendar: what it is of, and on which day it is due. */
export interface DueRelease {
  readonly length: PeriodLength;
  /** 2026-10-03, 2026-10 or 2026, in UTC. */
  readonly period: string;
  /** 1, 2, 3 …; a later one revises an earlier one. */
  readonly vintage: number;
  /** YYYY-MM-DD; due from midnight UTC. */
  readonly releasedOn: string;
}

const DAY_MS = 86_400_000;
/** A day is released when the day after it is over, so that late events have come. */
const DAYS_LATER = 2;
/** A month on the tenth of the month after it, and again three months later. */
const MONTH_DAY = "10";
const MONTHS_LATER = [1, 4];
/** A year on 31 March of the year after it, and again a year later. */
const YEAR_DAY = "03-31";
const YEARS_LATER = [1, 2];

/** Releases of one day, YYYY-MM-DD: shortest periods first, of those the latest (TP-STAT-15). */
export function releasesOn(day: string): DueRelease[] {
  const due = (length: PeriodLength, period: string, vintage: number): DueRelease => {
    return { length, period, vintage, releasedOn: day };
  };
  const atMs = Date.parse(`${day}T00:00:00Z`);
  const releases = [due(PeriodLength.DAY, calendarDateOf(atMs - DAYS_LATER * DAY_MS), 1)];
  const [year = 0, month = 0] = day.split("-").map(Number);
  if (day.endsWith(`-${MONTH_DAY}`)) {
    for (const [index, later] of MONTHS_LATER.entries()) {
      const period = calendarDateOf(Date.UTC(year, month - 1 - later, 1)).slice(0, 7);
      releases.push(due(PeriodLength.MONTH, period, index + 1));
    }
  }
  if (day.endsWith(YEAR_DAY)) {
    for (const [index, later] of YEARS_LATER.entries()) {
      releases.push(due(PeriodLength.YEAR, `${year - later}`, index + 1));
    }
  }
  return releases;
}

/**
 * Releases that are due by now, in the sequence they have to be made in (TP-STAT-15): of every day
 * after `lastDay`, YYYY-MM-DD, the last one whose releases were made, up to today in UTC. Nothing
 * else is ever released: a look that somebody may ask for at any time could be subtracted.
 */
export function dueReleases(nowMs: number, lastDay: string): DueRelease[] {
  const releases: DueRelease[] = [];
  const firstMs = Date.parse(`${lastDay}T00:00:00Z`) + DAY_MS;
  for (let atMs = firstMs; atMs <= nowMs; atMs += DAY_MS)
    releases.push(...releasesOn(calendarDateOf(atMs)));
  return releases;
}
