import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import { CHECK_LIMITS } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { readInput } from "../read-input.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceAccess,
  type ServiceOptions,
} from "../service-access.ts";
import { textTable } from "../text-table.ts";

interface PostView {
  readonly postId: string;
  readonly name: string;
  readonly revokedAt?: string;
  readonly issuedVersion: number;
  readonly issuedAt?: string;
  readonly expiresAt?: string;
  /** Newest line of its log that has come home. */
  readonly logTaken: number;
}

interface IssueOptions extends ServiceOptions {
  readonly name?: string;
  readonly key?: string;
  readonly out?: string;
  readonly since?: string;
  readonly hours?: string;
  readonly log?: string;
}

/** Longest key file: one line. */
const KEY_BYTES_MAX = 4_096;

/** Adds what the capital does for its posts: `add`, `list`, `copy`, `delta` and `revoke`. */
export function addPostIssue(parent: Command, terminal: Terminal): void {
  const add = parent
    .command("add")
    .description("add a border post by its key")
    .argument("<post>", "id of the post, such as GAYA-1")
    .requiredOption("--name <name>", "what people call it")
    .requiredOption("--key <file>", "recipient.txt of the post's folder")
    .requiredOption("--out <file>", "where to write whom the post is to believe");
  const list = parent.command("list").description("list border posts and what they hold");
  const copy = parent
    .command("copy")
    .description("make a file with all alerts in force for a post")
    .argument("<post>", "id of the post");
  const delta = parent
    .command("delta")
    .description("make a file with what has changed for a post")
    .argument("<post>", "id of the post")
    .requiredOption("--since <version>", "version the post holds, as its post open says");
  for (const command of [copy, delta]) {
    command
      .requiredOption("--out <file>", "where to write the file")
      .option("--hours <hours>", "when it dies by itself");
  }
  const revoke = parent
    .command("revoke")
    .description("revoke a post for good; its next file is the order to erase")
    .argument("<post>", "id of the post");
  const takeLog = parent
    .command("take-log")
    .description("take in what a post was asked, as post log wrote it; each line counts once")
    .argument("<post>", "id of the post")
    .requiredOption("--log <file>", "file of post log");
  const showLog = parent
    .command("show-log")
    .description("show what a post was asked, the newest first")
    .argument("<post>", "id of the post");
  const access = "--data exchange --participant KE";
  const examples: readonly (readonly [Command, string])[] = [
    [add, `tracepost post add GAYA-1 --name Gaya --key recipient.txt --out issuer.json ${access}`],
    [list, `tracepost post list ${access} --json`],
    [copy, `tracepost post copy GAYA-1 --out gaya.age --hours 48 ${access}`],
    [delta, `tracepost post delta GAYA-1 --since 4711 --out gaya-delta.age ${access}`],
    [revoke, `tracepost post revoke GAYA-1 ${access}`],
    [takeLog, `tracepost post take-log GAYA-1 --log gaya-log.json ${access}`],
    [showLog, `tracepost post show-log GAYA-1 ${access} --json`],
  ];
  for (const [command, example] of examples) {
    addServiceOptions(command, "focal-point");
    command.addHelpText("after", `\nExample:\n  ${example}\n`);
  }
  const run = (
    command: Command,
    act: (service: ServiceAccess, options: IssueOptions, postId: string) => Promise<CommandResult>,
  ): void => {
    addAction<IssueOptions>(command, terminal, async (options, postId = "") => {
      const kind = { kind: "focal-point", defaultUser: "person" } as const;
      return await act(await openService(options, terminal, kind), options, postId);
    });
  };
  run(add, runAdd);
  run(list, runList);
  run(copy, runCopy);
  run(delta, runCopy);
  run(revoke, runRevoke);
  run(takeLog, runTakeLog);
  run(showLog, runShowLog);
}

async function runAdd(
  service: ServiceAccess,
  { key = "", name = "", out = "" }: IssueOptions,
  postId: string,
): Promise<CommandResult> {
  const keys = Buffer.from(await readInput(key, KEY_BYTES_MAX))
    .toString("utf8")
    .trim();
  const [recipient = "", logKey] = keys.split("\n");
  const body = { postId, name, recipient, ...(logKey === undefined ? {} : { logKey }) };
  const call = { method: "POST", path: "/v1/posts", body } as const;
  const added = await callService<{ post: PostView; issuer: object }>(service, call);
  await writeFile(out, `${JSON.stringify(added.issuer)}\n`);
  return {
    json: { ...added, out },
    lines: [
      `Added ${postId}. Bring ${out} to the post by hand, with its first file:`,
      `  tracepost post copy ${postId} --out FILE`,
    ],
  };
}

async function runList(service: ServiceAccess): Promise<CommandResult> {
  const listed = await callService<{ posts: PostView[] }>(service, { path: "/v1/posts" });
  const rows = listed.posts.map(
    ({ expiresAt, issuedAt, issuedVersion, logTaken, name, postId, revokedAt }) => [
      postId,
      name,
      revokedAt === undefined ? "in use" : `revoked ${revokedAt}`,
      String(issuedVersion),
      issuedAt ?? "never",
      expiresAt ?? "",
      String(logTaken),
    ],
  );
  const head = ["post", "name", "state", "version", "issued", "until", "log"];
  return { json: listed, lines: textTable(head, rows) };
}

interface IssuedFile {
  readonly version: number;
  readonly sinceVersion: number;
  readonly expiresAt: string;
  readonly revoked: boolean;
  readonly alerts: number;
  readonly ended: number;
  readonly file: string;
}

async function runCopy(
  service: ServiceAccess,
  { hours, out = "", since }: IssueOptions,
  postId: string,
): Promise<CommandResult> {
  const body = {
    ...(since === undefined ? {} : { sinceVersion: numberOf("--since", since) }),
    ...(hours === undefined ? {} : { lifeHours: numberOf("--hours", hours) }),
  };
  const path = `/v1/posts/${encodeURIComponent(postId)}/copy`;
  const issued = await callService<IssuedFile>(service, { method: "POST", path, body });
  const { file, ...facts } = issued;
  const bytes = Buffer.from(file, "base64");
  await writeFile(out, bytes, { mode: 0o600 });
  const what = issued.revoked
    ? "the order to erase"
    : `${issued.alerts} alerts and ${issued.ended} that are over`;
  return {
    json: { ...facts, out, bytes: bytes.length },
    lines: [`Wrote ${out}: ${what}, version ${issued.version}, until ${issued.expiresAt}.`],
  };
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new TracepostError("USAGE", `${option} is no number: ${text}`, {
    remedy: `Give a number with ${option}.`,
  });
}

async function runRevoke(
  service: ServiceAccess,
  _options: IssueOptions,
  postId: string,
): Promise<CommandResult> {
  const path = `/v1/posts/${encodeURIComponent(postId)}/revoke`;
  const revoked = await callService<{ post: PostView }>(service, { method: "POST", path });
  const { expiresAt } = revoked.post;
  const until = expiresAt === undefined ? "It holds nothing." : `What it holds dies ${expiresAt}.`;
  return {
    json: revoked,
    lines: [
      `Revoked ${postId} for good. ${until}`,
      `Send it the order to erase: tracepost post copy ${postId} --out FILE`,
    ],
  };
}

interface LogTaken {
  readonly taken: number;
  readonly known: number;
  readonly changed: number;
  readonly newest: number;
  readonly missing: number;
}

async function runTakeLog(
  service: ServiceAccess,
  { log = "" }: IssueOptions,
  postId: string,
): Promise<CommandResult> {
  const bytes = await readInput(log, CHECK_LIMITS.bodyBytesMax);
  const body = { file: Buffer.from(bytes).toString("base64") };
  const path = `/v1/posts/${encodeURIComponent(postId)}/log`;
  const done = await callService<LogTaken>(service, { method: "POST", path, body });
  const { changed, known, missing, newest, taken } = done;
  return {
    json: done,
    lines: [
      `Took ${taken} lines of ${postId}, ${known} were here before; the newest is ${newest}.`,
      ...(missing > 0 ? [`${missing} lines below it have not come yet.`] : []),
      ...(changed > 0
        ? [`${changed} lines differ from what came before: the log of the post was changed.`]
        : []),
    ],
  };
}

async function runShowLog(
  service: ServiceAccess,
  _options: IssueOptions,
  postId: string,
): Promise<CommandResult> {
  const path = `/v1/posts/${encodeURIComponent(postId)}/log`;
  const shown = await callService<{ log: { n: number; line: string; takenAt: string }[] }>(
    service,
    { path },
  );
  const rows = shown.log.map(({ line, n, takenAt }) => [String(n), takenAt, line]);
  return { json: shown, lines: textTable(["n", "taken", "line"], rows) };
}
