import { type Command, Option } from "commander";
import { HTTP_LIMITS } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { listNotices, loadNotice, type NoticeView } from "../notice-calls.ts";
import { parseLimit } from "../parse-option.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";

const PERSON = { kind: "focal-point", defaultUser: "person" } as const;

interface ListOptions extends ServiceOptions {
  readonly case?: string;
  readonly direction?: string;
  readonly open?: boolean;
  readonly limit: number;
}

const example = (text: string): string => `
Example:
  ${text} --data exchange --participant KE --user desk-7
`;

/** Adds `notice list` and `notice show`. */
export function addNoticeLook(parent: Command, terminal: Terminal): void {
  const listing = parent
    .command("list")
    .description("list notices sent and received, the newest first")
    .option("--case <id>", "only of this case")
    .addOption(new Option("--direction <way>", "only these").choices(["sent", "received"]))
    .option("--open", "only what somebody has not done or answered yet")
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax);
  addServiceOptions(listing, "focal-point");
  listing.addHelpText("after", example("tracepost notice list --open"));
  addAction<ListOptions>(listing, terminal, async (options) => {
    const { case: caseId, direction, limit, open } = options;
    const query = {
      ...(caseId && { caseId }),
      ...(direction && { direction }),
      ...(open && { open: "true" }),
      limit: String(Math.min(limit, HTTP_LIMITS.pageRowsMax)),
    };
    const service = await openService(options, terminal, PERSON);
    const { next, notices } = await listNotices(service, query);
    return { json: { notices, more: next !== undefined }, lines: table(notices) };
  });
  const showing = parent
    .command("show")
    .description("show a notice, what was answered, and how far it came with everybody")
    .argument("<notice>", "id of the notice");
  addServiceOptions(showing, "focal-point");
  showing.addHelpText("after", example("tracepost notice show 019b0f75-1a2b"));
  addAction<ServiceOptions>(showing, terminal, async (options, noticeId = "") => {
    return toldOf(await loadNotice(await openService(options, terminal, PERSON), noticeId));
  });
}

function table(notices: readonly NoticeView[]): string[] {
  if (notices.length === 0) return ["There are no notices."];
  const rows = notices.map((one) => [
    one.noticeId,
    one.kind,
    one.direction === "sent" ? `to ${one.peer}` : `of ${one.peer}`,
    one.outstanding === undefined ? one.state : `${one.state}, ${one.outstanding} further not yet`,
    `${one.subject.part} of ${one.subject.messageId}`,
    one.updatedAt,
  ]);
  return textTable(["NOTICE", "KIND", "WITH", "STANDS AT", "ABOUT", "SINCE"], rows);
}

/** A notice in words: what was answered, and how far it came with everybody. */
export function toldOf(notice: NoticeView): CommandResult {
  const {
    conditions,
    done,
    explanation,
    granted,
    onward = [],
    reason,
    releaseTo = [],
  } = notice.answer ?? {};
  const said = [
    done === undefined ? undefined : `Answered: ${done ? "done" : "not done"}`,
    granted === undefined
      ? undefined
      : `Answered: ${granted ? `granted for ${releaseTo.join(", ")}` : "refused"}`,
    ...[conditions, explanation, reason].map((text) => (text === undefined ? text : `  ${text}`)),
  ];
  const further = onward.map((one) => [
    one.participant,
    one.passedOnBy,
    one.standing ?? "",
    one.explanation ?? "",
  ]);
  const head = ["RECEIVED BY", "FROM", "STANDS AT", "SAYS"];
  return {
    json: notice,
    lines: [
      ...table([notice]),
      ...said.filter((line) => line !== undefined),
      ...(further.length === 0 ? [] : textTable(head, further)),
      ...letterTable(notice.letters ?? []),
    ],
  };
}

function letterTable(letters: NonNullable<NoticeView["letters"]>): string[] {
  if (letters.length === 0) return [];
  const rows = letters.map(({ answer, by, channel, note, on, reference, to }) => {
    const said = answer === undefined ? "told" : `answered ${answer}`;
    return [to, said, on, `${channel} ${reference}`, by, note ?? ""];
  });
  return textTable(["BY LETTER", "WHAT", "ON", "BY", "NOTED BY", "NOTE"], rows);
}
