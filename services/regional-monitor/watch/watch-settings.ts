import { type Static, Type } from "typebox";
import { TracepostError } from "#errors";
import { MAIL_SETTINGS, mailFrom } from "#mail";
import { WATCH_LIMITS } from "#runtime";
import { QUIET_HOURS } from "./quiet-hours.ts";
import { WATCH_RULES } from "./rules.ts";

/** What a monitor's configuration says of watching (TP-WATCH-4). */
export const WATCH_SETTINGS = Type.Object(
  {
    /** When somebody is told; without them the rules of the program. */
    rules: Type.Optional(WATCH_RULES),
    /** Days between two reminders. */
    reminderDays: Type.Optional(Type.Integer({ minimum: 1, maximum: WATCH_LIMITS.daysMax })),
    /** When no mail is sent. */
    quiet: Type.Optional(QUIET_HOURS),
    /** Mail server and addresses; without it no mails are sent. */
    mail: Type.Optional(MAIL_SETTINGS),
    /** Whether mails name the States that have consented. */
    mailsNameStates: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

/** Settings of a configuration, checked by {@link watchFrom}. */
export type WatchSettings = Static<typeof WATCH_SETTINGS>;

/**
 * Makes paths absolute and checks what the schema cannot; `settings` stand under `watch`. Throws
 * TracepostError CONFIG_INVALID.
 */
export function watchFrom(configFile: string, settings: WatchSettings): WatchSettings {
  const { mail, rules = [] } = settings;
  const names = rules.map(({ name }) => name);
  const problems = names.flatMap((name, at) =>
    names.indexOf(name) === at ? [] : [`watch.rules.${at}.name: ${name} names another rule too`],
  );
  if (problems.length > 0) {
    throw new TracepostError("CONFIG_INVALID", `${configFile} is not a valid configuration`, {
      problems,
      remedy: "Give each rule a name of its own.",
    });
  }
  if (mail === undefined) return settings;
  return { ...settings, mail: mailFrom(configFile, "watch.mail", mail) };
}
