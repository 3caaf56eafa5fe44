import type { Finding } from "./evaluate.ts";

const DAY_MS = 86_400_000;

/** What is beyond its threshold and not over (TP-WATCH-6). */
export interface Standing extends Omit<Finding, "side"> {
  /** When it was seen first. */
  readonly firstSeenMs: number;
  /** When somebody was told of it last. */
  readonly toldMs: number;
}

/** What somebody is told. */
export interface Notice extends Omit<Finding, "side"> {
  readonly kind: NoticeKind;
  readonly atMs: number;
  readonly firstSeenMs: number;
}

/** Why. */
export type NoticeKind = "BEGAN" | "REMINDER" | "ENDED";

/** What stands after a look, and what is to be told of it. */
export interface Look {
  readonly standing: readonly Standing[];
  readonly notices: readonly Notice[];
}

/**
 * Puts findings over what stood before (TP-WATCH-6): one notice when something begins, one when it
 * ends, and reminders between them, `reminderDays` apart. Pure; the same findings at the same time
 * again give no notice. What is found nothing of stays, and is not reminded of.
 */
export function look(
  before: readonly Standing[],
  findings: readonly Finding[],
  { nowMs, reminderDays }: { readonly nowMs: number; readonly reminderDays: number },
): Look {
  const standing = new Map(before.map((one) => [keyOf(one), one]));
  const notices: Notice[] = [];
  const tell = (kind: NoticeKind, finding: Omit<Finding, "side">, firstSeenMs: number): void => {
    notices.push({ ...finding, kind, atMs: nowMs, firstSeenMs });
  };
  for (const { side, ...finding } of findings) {
    const key = keyOf(finding);
    const known = standing.get(key);
    if (known === undefined) {
      if (side !== "BEYOND") continue;
      standing.set(key, { ...finding, firstSeenMs: nowMs, toldMs: nowMs });
      tell("BEGAN", finding, nowMs);
      continue;
    }
    const { firstSeenMs, since, threshold } = known;
    const now = { ...finding, since, threshold };
    if (side === "WITHIN") {
      standing.delete(key);
      tell("ENDED", now, firstSeenMs);
      continue;
    }
    const isDue = nowMs - known.toldMs >= reminderDays * DAY_MS;
    standing.set(key, { ...now, firstSeenMs, toldMs: isDue ? nowMs : known.toldMs });
    if (isDue) tell("REMINDER", now, firstSeenMs);
  }
  return { standing: [...standing.values()], notices };
}

/** What tells two findings apart. */
export function keyOf({ name, subject }: Pick<Finding, "name" | "subject">): string {
  return `${name}\n${subject}`;
}
