import { type Static, Type } from "typebox";
import { WATCH_LIMITS } from "#runtime";

const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] as const;
const time = Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$" });

/** When no mail is sent, in UTC (TP-WATCH-7). */
export const QUIET_HOURS = Type.Array(
  Type.Object(
    {
      /** Days on which it begins; all of them if none is named. */
      days: Type.Optional(Type.Array(Type.Enum([...DAYS]), { minItems: 1, uniqueItems: true })),
      from: time,
      /** Up to and without it; the same as `from`, or earlier: on the day after. */
      to: time,
    },
    { additionalProperties: false },
  ),
  { maxItems: WATCH_LIMITS.quietMax },
);

/** Quiet hours of a configuration. */
export type QuietHours = Static<typeof QUIET_HOURS>;

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** Whether mails wait now (TP-WATCH-7). */
export function isQuiet(quiet: QuietHours, nowMs: number): boolean {
  const minute = Math.floor(nowMs / MINUTE_MS);
  const day = Math.floor(minute / DAY_MINUTES);
  return quiet.some(({ days, from, to }) => {
    const begin = minuteOf(from);
    const end = minuteOf(to);
    const length = end > begin ? end - begin : end + DAY_MINUTES - begin;
    // It may have begun today or yesterday.
    return [day, day - 1].some((begun) => {
      const passed = minute - (begun * DAY_MINUTES + begin);
      const isOfDay =
        days === undefined ||
        days.includes(DAYS[new Date(begun * DAY_MINUTES * MINUTE_MS).getUTCDay()] ?? "SUN");
      return isOfDay && passed >= 0 && passed < length;
    });
  });
}

function minuteOf(text: string): number {
  const [hours, minutes] = text.split(":");
  return Number(hours) * 60 + Number(minutes);
}
