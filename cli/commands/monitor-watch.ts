import type { Command } from "commander";
import { HTTP_LIMITS, printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { parseLimit } from "../parse-option.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceAccess,
  type ServiceOptions,
} from "../service-access.ts";
import { textTable } from "../text-table.ts";
import { addMonitorRecount } from "./monitor-recount.ts";

interface ListOptions extends ServiceOptions {
  readonly limit: number;
}

interface FoundView {
  readonly name: string;
  readonly subject?: string;
  readonly value?: number;
  readonly threshold?: number;
  readonly unit: "DAYS" | "PIECES" | "PERCENT" | "NONE";
  readonly since: string;
  readonly detail?: string;
}

interface NoticeView extends FoundView {
  readonly number: number;
  readonly at: string;
  readonly kind: string;
}

interface ThresholdsView {
  readonly rules: readonly {
    readonly name: string;
    readonly rule: string;
    readonly settings: Readonly<Record<string, string | number>>;
    readonly standing: readonly FoundView[];
  }[];
  readonly reminderDays: number;
  readonly mail?: {
    readonly host: string;
    readonly addresses: readonly string[];
    readonly isQuiet: boolean;
  };
}

interface FailureView {
  readonly failure?: string;
  readonly detail?: string;
  readonly remedy?: string;
}

interface MailView extends FailureView {
  readonly mail: number;
  readonly address: string;
  readonly firstNotice: number;
  readonly lastNotice: number;
  readonly madeAt: string;
  readonly state: string;
  readonly attempts: number;
}

interface TestedView extends FailureView {
  readonly address: string;
  readonly sent: boolean;
}

const ACCESS = "--data exchange --participant ORG-ECOWAS";
/** The monitor's own user may see what is watched; it names States by consent alone. */
const ADMINISTRATION = { kind: "focal-point", defaultUser: "installation" } as const;

const NOTICES_HELP = `
Lists what a regional monitor has told, the newest first: what began beyond its threshold, what was
reminded of, what ended. A State is named only while it consents.

Example:
  tracepost monitor notices ${ACCESS}
`;

const THRESHOLDS_HELP = `
Lists the rules that a regional monitor watches, with what stands beyond each, and who is told by
mail. Rules, addresses and quiet hours are set in the monitor's configuration (watch).

Example:
  tracepost monitor thresholds ${ACCESS}
`;

const MAILS_HELP = `
Lists the mails of a regional monitor, the newest first: which notices each tells, whether the mail
server took it, and what to do where it did not.

Example:
  tracepost monitor mails ${ACCESS}
`;

const TEST_HELP = `
Sends a mail that tells nothing to each address of the monitor's configuration, now, and says what
the mail server answered.

Example:
  tracepost monitor test-mail ${ACCESS}
`;

/** Adds what is watched to the commands about a regional monitor (TP-WATCH-10). */
export function addMonitorWatch(parent: Command, terminal: Terminal): void {
  const add = (name: string, description: string, help: string): Command => {
    const command = parent.command(name).description(description);
    addServiceOptions(command, "focal-point");
    return command.addHelpText("after", help);
  };
  const open = (options: ServiceOptions) => openService(options, terminal, ADMINISTRATION);
  const listed = (command: Command): Command =>
    command.option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax);
  const notices = listed(add("notices", "list what a monitor has told", NOTICES_HELP));
  addAction<ListOptions>(notices, terminal, async (options) =>
    listNotices(await open(options), options.limit),
  );
  const thresholds = add("thresholds", "list what a monitor watches", THRESHOLDS_HELP);
  addAction<ServiceOptions>(thresholds, terminal, async (options) => {
    const found = await callService<ThresholdsView>(await open(options), {
      path: "/v1/watch/thresholds",
    });
    return { json: found, lines: thresholdLines(found) };
  });
  const mails = listed(add("mails", "list the mails of a monitor", MAILS_HELP));
  addAction<ListOptions>(mails, terminal, async (options) =>
    listMails(await open(options), options.limit),
  );
  addMonitorRecount(parent, terminal);
  const test = add("test-mail", "send each address a mail that tells nothing", TEST_HELP);
  addAction<ServiceOptions>(test, terminal, async (options) => testMail(await open(options)));
}

async function listNotices(service: ServiceAccess, limit: number): Promise<CommandResult> {
  const path = `/v1/watch/notices?limit=${Math.min(limit, HTTP_LIMITS.pageRowsMax)}`;
  const found = await callService<{ notices: NoticeView[] }>(service, { path });
  const rows = found.notices.map((notice) => {
    const { at, kind, number } = notice;
    return [String(number), at, kind, ...foundCells(notice)];
  });
  if (rows.length === 0) return { json: found, lines: ["No notices."] };
  return { json: found, lines: textTable(["NOTICE", "AT", "KIND", ...FOUND_HEAD], rows) };
}

function thresholdLines({ mail, reminderDays, rules }: ThresholdsView): string[] {
  const rows = rules.map(({ name, rule, settings, standing }) => {
    const set = Object.entries(settings).map(([key, value]) => `${key} ${value}`);
    return [name, rule, String(standing.length), set.join(", ")];
  });
  const standing = rules.flatMap((rule) => rule.standing.map(foundCells));
  const beyond =
    standing.length === 0
      ? ["Nothing is beyond its threshold."]
      : ["Beyond a threshold:", ...textTable(FOUND_HEAD, standing)];
  const told =
    mail === undefined
      ? "No mails: the configuration names no mail server."
      : `Mails go to ${mail.addresses.join(", ")} through ${mail.host}` +
        `${mail.isQuiet ? "; it is quiet hours now" : ""}.`;
  const reminders = `Reminders are ${reminderDays} days apart. ${told}`;
  return [...textTable(["RULE", "KIND", "BEYOND", "SET"], rows), ...beyond, printable(reminders)];
}

async function listMails(service: ServiceAccess, limit: number): Promise<CommandResult> {
  const path = `/v1/watch/mails?limit=${Math.min(limit, HTTP_LIMITS.pageRowsMax)}`;
  const found = await callService<{ mails: MailView[] }>(service, { path });
  if (found.mails.length === 0) return { json: found, lines: ["No mails."] };
  const rows = found.mails.map((one) => [
    String(one.mail),
    one.madeAt,
    one.state,
    String(one.attempts),
    `${one.firstNotice} to ${one.lastNotice}`,
    one.address,
    failureText(one),
  ]);
  const head = ["MAIL", "MADE", "STATE", "ATTEMPTS", "NOTICES", "TO", "FAILURE"];
  return { json: found, lines: [...textTable(head, rows), ...remediesOf(found.mails)] };
}

async function testMail(service: ServiceAccess): Promise<CommandResult> {
  const call = { method: "POST", path: "/v1/watch/test-mail" } as const;
  const found = await callService<{ mails: TestedView[] }>(service, call);
  if (found.mails.length === 0) {
    return { json: found, lines: ["Nobody is told: the configuration names no mail server."] };
  }
  const lines = found.mails.map((one) =>
    printable(
      one.sent
        ? `The mail server took a mail to ${one.address}.`
        : `No mail to ${one.address}: ${failureText(one)}`,
    ),
  );
  return { json: found, lines: [...lines, ...remediesOf(found.mails)] };
}

const FOUND_HEAD = ["RULE", "ABOUT", "VALUE", "FROM", "SINCE", "DETAIL"];

function foundCells(one: FoundView): string[] {
  const { detail = "", name, since, subject = "-", threshold, unit, value } = one;
  const said = (number: number | undefined): string => {
    if (number === undefined) return "-";
    return unit === "DAYS" ? `${number} days` : unit === "PERCENT" ? `${number} %` : `${number}`;
  };
  return [name, subject, said(value), said(threshold), since, detail];
}

function failureText({ detail = "", failure = "" }: FailureView): string {
  return [failure, detail].filter((text) => text !== "").join(" ");
}

/** What to do about each failure, once. */
function remediesOf(views: readonly FailureView[]): string[] {
  const remedies = views.flatMap(({ failure, remedy }) =>
    failure === undefined || remedy === undefined ? [] : [printable(`${failure}: ${remedy}`)],
  );
  return [...new Set(remedies)];
}
