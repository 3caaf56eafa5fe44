import type { PageAlert } from "#http";
import { MAIL_FAILURES } from "#mail";
import { countOf } from "#participant";
import type { WatchGlance } from "./mail-procedures.ts";

/** What of the watching needs a person: by number, without a State (TP-WATCH-10). */
export function watchAttention({ failures, mails, standing }: WatchGlance): PageAlert[] {
  const alerts: PageAlert[] = [];
  const open = Object.values(standing).reduce((sum, count) => sum + count, 0);
  if (open > 0) {
    const what = `Beyond a threshold: ${countOf(open, "matter")}.`;
    alerts.push({ level: "look", what, remedy: "See: tracepost monitor thresholds" });
  }
  const waiting = mails.WAITING ?? 0;
  if (waiting > 0 && failures.length > 0) {
    const what = `${countOf(waiting, "mail")} not sent: ${failures.join(", ")}.`;
    const remedy = failures.map((failure) => MAIL_FAILURES[failure]).join(" ");
    alerts.push({ level: "stuck", what, remedy });
  }
  return alerts;
}
