import { WATCH_LIMITS } from "#runtime";
import { dayName } from "#statistics";
import type { Notice, NoticeKind } from "./standing.ts";

/** A notice with its number. */
export interface NumberedNotice extends Notice {
  readonly number: number;
}

/** Words of a mail. */
export interface MailWords {
  readonly subject: string;
  readonly text: string;
}

const PARTS: readonly (readonly [NoticeKind, string, string])[] = [
  ["BEGAN", "new", "This is new:"],
  ["REMINDER", "still so", "This is still so:"],
  ["ENDED", "ended", "This has ended:"],
];

/**
 * The mail that tells notices, at least one, of `total` that wait (TP-WATCH-7, TP-WATCH-8). Its
 * subject says how many they are and no more; its text names a State only if `namesStates`.
 */
export function mailWords(
  notices: readonly NumberedNotice[],
  about: { readonly monitor: string; readonly namesStates: boolean; readonly total: number },
): MailWords {
  const { monitor, namesStates, total } = about;
  const parts = PARTS.map(([kind, short, title]) => {
    const ones = notices.filter((notice) => notice.kind === kind);
    return { short, title, ones };
  }).filter(({ ones }) => ones.length > 0);
  const listed = parts.flatMap(({ ones, title }) => [
    title,
    ...ones.map((notice) => `- ${sentenceOf(notice, namesStates)} [notice ${notice.number}]`),
    "",
  ]);
  const more = total - notices.length;
  const rest = more > 0 ? [`${more} more are in the list of notices.`, ""] : [];
  const counts = parts.map(({ ones, short }) => `${ones.length} ${short}`).join(", ");
  return {
    subject: `Tracepost ${monitor}: ${counts}${more > 0 ? `, ${more} more` : ""}`,
    text: [
      `The regional monitor ${monitor} says that somebody has to look.`,
      "",
      ...listed,
      ...rest,
      "The list of notices: tracepost monitor notices",
      "What is watched:     tracepost monitor thresholds",
      "",
    ].join("\n"),
  };
}

/** A notice as a sentence. */
export function sentenceOf(notice: Notice, namesStates: boolean): string {
  const { kind, rule, subject } = notice;
  const name = `${notice.name}: `;
  const state = namesStates ? subject : "a State";
  const since = `since ${dayName(notice.since)}`;
  switch (rule) {
    case "SILENCE": {
      const who = notice.about === "STATE" ? state : WHO_IS_SILENT[notice.about];
      if (kind === "ENDED") return `${name}something came again from ${who}.`;
      return `${name}nothing came from ${who} for ${notice.value} days, ${since}.`;
    }
    case "BACKLOG": {
      const whose = notice.about === "STATE" ? ` of ${state}` : "";
      const old = `open requests${whose} are ${notice.detail}`;
      const amount = `${amountOf(notice)} of the`;
      return `${name}${amount} ${old}${kind === "ENDED" ? "" : `, ${since}`}.`;
    }
    case "REFUSALS":
      if (kind === "ENDED") return `${name}refusals with ${subject} are as usual again.`;
      return `${name}${amountOf(notice)} refusals with ${subject} in a day, ${since}.`;
    case "DISCREPANCY": {
      const what = `the counts of ${subject} and what was fed of it`;
      if (kind === "ENDED") return `${name}${what} agree.`;
      return `${name}${what} differ${notice.detail === "" ? "" : `, ${notice.detail}`}.`;
    }
  }
}

const WHO_IS_SILENT: Readonly<Record<string, string>> = {
  FEED: "the gateway",
  OTHERS: "the States that are not named",
};

function amountOf({ threshold, unit, value }: Notice): string {
  if (value === null) return `fewer than ${WATCH_LIMITS.countMin}`;
  const percent = unit === "PERCENT" ? " percent" : "";
  return `${value}${percent} (told from ${threshold}${percent} on)`;
}
