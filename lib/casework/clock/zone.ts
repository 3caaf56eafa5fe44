/**
 * A time zone of the IANA database. Local times are written as if they were UTC: the milliseconds
 * since 1970-01-01T00:00 on the clock of the place.
 */
export interface Zone {
  /** What the clock of the place shows at an instant. */
  localOf(atMs: number): number;
  /**
   * The first instant at which the clock of the place shows a time; where it jumps over it, the
   * instant of the jump. Never earlier for a later local time.
   */
  instantOf(localMs: number): number;
}

/** No offset change is longer than this, so that one lies between two looks at most. */
const WINDOW_MS = 26 * 3_600_000;

const zones = new Map<string, Zone>();

/** Opens a time zone such as "Europe/Vienna"; undefined for a name that is none. */
export function openZone(name: string): Zone | undefined {
  // Names are the same in capitals and small letters; there are some six hundred.
  const key = name.toLowerCase();
  const known = zones.get(key);
  if (known !== undefined) return known;
  const format = formatOf(name);
  if (format === undefined) return undefined;
  const zone = zoneOf(format);
  zones.set(key, zone);
  return zone;
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  // An offset such as "+02:00" is no place: it knows no summer time.
  if (!/^[A-Za-z]/u.test(timeZone)) return undefined;
  const numeric = "numeric";
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "iso8601",
      hourCycle: "h23",
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
  } catch {
    return undefined;
  }
}

function zoneOf(format: Intl.DateTimeFormat): Zone {
  const localOf = (atMs: number): number => {
    const read: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(atMs)) read[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = read;
    const local = new Date(0);
    local.setUTCFullYear(year, month - 1, day);
    local.setUTCHours(hour, minute, second, 0);
    return local.getTime() + (((atMs % 1_000) + 1_000) % 1_000);
  };
  const offsetAt = (atMs: number): number => localOf(atMs) - atMs;
  return {
    localOf,
    instantOf(localMs) {
      const before = offsetAt(localMs - WINDOW_MS);
      const after = offsetAt(localMs + WINDOW_MS);
      const first = localMs - Math.max(before, after);
      const last = localMs - Math.min(before, after);
      if (localOf(first) === localMs) return first;
      if (localOf(last) === localMs) return last;
      return jumpBetween(first, last, after, offsetAt);
    },
  };
}

/** The first instant at which the new offset holds. */
function jumpBetween(
  from: number,
  until: number,
  newOffset: number,
  offsetAt: (atMs: number) => number,
): number {
  let [low, high] = [from, until];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === newOffset) high = middle;
    else low = middle + 1;
  }
  return high;
}
