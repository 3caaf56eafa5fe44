import { describe, expect, it } from "vitest";
import { MAIL_LIMITS, WATCH_LIMITS } from "#runtime";
import {
  mailWords,
  type NumberedNotice,
} from "../../../services/regional-monitor/watch/notice-text.ts";

const BASE = { atMs: 0, firstSeenMs: 0, since: 20_729, detail: "" };
const SILENT: NumberedNotice = {
  ...{ ...BASE, number: 12, kind: "BEGAN", name: "state-silent", rule: "SILENCE" },
  ...{ about: "STATE", subject: "KE", value: 31, threshold: 30, unit: "DAYS" },
};
const OLD: NumberedNotice = {
  ...{ ...BASE, number: 13, kind: "REMINDER", name: "old-requests", rule: "BACKLOG" },
  ...{ about: "ALL", subject: "", value: 27, threshold: 25, unit: "PERCENT" },
  detail: "older than 30 days",
};
const JUMP: NumberedNotice = {
  ...{ ...BASE, number: 14, kind: "ENDED", name: "refusals", rule: "REFUSALS" },
  ...{ about: "CODE", subject: "EXPIRED", value: null, threshold: 29, unit: "PIECES" },
};
const DIFFERS: NumberedNotice = {
  ...{ ...BASE, number: 15, kind: "BEGAN", name: "counts-differ", rule: "DISCREPANCY" },
  ...{ about: "DAY", subject: "2026-10-03", value: null, threshold: null, unit: "NONE" },
  detail: "entries 1200 to 1388 of the log",
};
const ABOUT = { monitor: "XM-ECOWAS", namesStates: false, total: 4 };

describe("the words of a mail", () => {
  it("say what is new, what is still so and what has ended (TP-WATCH-7)", () => {
    expect(mailWords([SILENT, OLD, JUMP, DIFFERS], ABOUT)).toEqual({
      subject: "Tracepost XM-ECOWAS: 2 new, 1 still so, 1 ended",
      text: [
        "The regional monitor XM-ECOWAS says that somebody has to look.",
        "",
        "This is new:",
        "- state-silent: nothing came from a State for 31 days, since 2026-10-03. [notice 12]",
        "- counts-differ: the counts of 2026-10-03 and what was fed of it differ, entries 1200 to " +
          "1388 of the log. [notice 15]",
        "",
        "This is still so:",
        "- old-requests: 27 percent (told from 25 percent on) of the open requests are older than " +
          "30 days, since 2026-10-03. [notice 13]",
        "",
        "This has ended:",
        "- refusals: refusals with EXPIRED are as usual again. [notice 14]",
        "",
        "The list of notices: tracepost monitor notices",
        "What is watched:     tracepost monitor thresholds",
        "",
      ].join("\n"),
    });
  });

  it("name a State where the configuration says so, and never in a subject (TP-WATCH-8)", () => {
    const named = mailWords([SILENT], { ...ABOUT, namesStates: true, total: 1 });
    expect(named.text).toContain("nothing came from KE for 31 days");
    expect(named.subject).not.toContain("KE");
    for (const kind of ["BEGAN", "REMINDER", "ENDED"] as const) {
      for (const rule of ["SILENCE", "BACKLOG"] as const) {
        const notice = { ...SILENT, kind, rule, subject: "QQ" };
        expect(JSON.stringify(mailWords([notice], ABOUT))).not.toContain("QQ");
      }
    }
  });

  it("fit into a mail, however many wait (TP-WATCH-7)", () => {
    const many = Array.from({ length: WATCH_LIMITS.mailNoticesMax }, (_, at) => {
      const name = "n".repeat(WATCH_LIMITS.ruleNameCharsMax);
      return { ...SILENT, name, number: 1_000_000 + at };
    });
    const { subject, text } = mailWords(many, { ...ABOUT, total: 10_000 });
    expect(text).toContain("9950 more are in the list of notices.");
    expect(subject).toBe("Tracepost XM-ECOWAS: 50 new, 9950 more");
    expect(Buffer.byteLength(text)).toBeLessThan(MAIL_LIMITS.textBytesMax);
  });
});
