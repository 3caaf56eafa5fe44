import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, mkdtemp, open, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { TracepostError } from "#errors";
import { PROCESS_LIMITS } from "#runtime";
import type { PostgresPrograms } from "./find-postgres.ts";
import { type ServerUser, serverUser } from "./server-user.ts";

/** The only user and the database of a server of ours. */
const OWNER = "tracepost";
const DATABASE = "postgres";
const LOOK_MS = 20;
const LOG_TAIL_CHARACTERS = 1_000;

/** A server for one machine, reached through a socket that its owner's folder hides from others. */
export interface LocalPostgres {
  readonly url: string;
  readonly process: ChildProcess;
  /** Ends it as an administrator would; what was committed stays. */
  stop(): Promise<void>;
}

/** Where it keeps its files, and how. */
export interface LocalPostgresOptions {
  /** Folder of the server; made when absent. */
  readonly dir: string;
  /** Settings besides ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Starts a PostgreSQL server on a folder, making its files at the first start. As root it runs as
 * another user, who gets the folder. Throws TracepostError UNAVAILABLE when it does not come up.
 */
export async function startPostgres(
  programs: PostgresPrograms,
  { dir, settings = {} }: LocalPostgresOptions,
): Promise<LocalPostgres> {
  const user = await serverUser();
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (user !== undefined) await chown(dir, user.uid, user.gid);
  const data = join(dir, "data");
  await initialize(programs, data, user);
  const socketDir = await makeSocketDir(user);
  const log = join(dir, "postgres.log");
  const child = await run(programs, { data, socketDir, log, settings, user });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill("SIGINT");
      await ended;
    }
    await rm(socketDir, { recursive: true, force: true });
  };
  try {
    await waitReady(child, join(data, "postmaster.pid"));
  } catch (caught) {
    await stop();
    const tail = (await readFile(log, "utf8").catch(() => "")).slice(-LOG_TAIL_CHARACTERS);
    throw new TracepostError("UNAVAILABLE", "PostgreSQL did not start", {
      cause: caught,
      problems: tail.split("\n").filter((line) => line !== ""),
      remedy: `Look at ${log}.`,
    });
  }
  const url = `postgres://${OWNER}@localhost/${DATABASE}?host=${encodeURIComponent(socketDir)}`;
  return { url, process: child, stop };
}

async function initialize(
  { initdb }: PostgresPrograms,
  data: string,
  user: ServerUser | undefined,
): Promise<void> {
  if ((await stat(join(data, "PG_VERSION")).catch(() => undefined)) !== undefined) return;
  const args = ["-D", data, "-U", OWNER, "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync"];
  try {
    await promisify(execFile)(initdb, args, { ...user, cwd: "/" });
  } catch (caught) {
    throw new TracepostError("UNAVAILABLE", "the files of PostgreSQL cannot be made", {
      cause: caught,
      problems: [caught instanceof Error ? caught.message.slice(-LOG_TAIL_CHARACTERS) : ""],
      remedy: `Check that ${data} can be made and is reachable for the user it runs as.`,
    });
  }
}

/** Paths of sockets are short, those of data folders may not be. */
async function makeSocketDir(user: ServerUser | undefined): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-pg-"));
  if (user !== undefined) await chown(dir, user.uid, user.gid);
  return dir;
}

async function run(
  { postgres }: PostgresPrograms,
  place: {
    readonly data: string;
    readonly socketDir: string;
    readonly log: string;
    readonly settings: Readonly<Record<string, string>>;
    readonly user: ServerUser | undefined;
  },
): Promise<ChildProcess> {
  const settings = {
    listen_addresses: "",
    unix_socket_directories: place.socketDir,
    timezone: "GMT",
    log_timezone: "GMT",
    ...place.settings,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const log = await open(place.log, "a", 0o600);
  try {
    return spawn(postgres, ["-D", place.data, ...args], {
      ...place.user,
      cwd: "/",
      stdio: ["ignore", log.fd, log.fd],
      // Ctrl-C in a terminal is for whoever started it, who then stops it in order.
      detached: true,
    });
  } finally {
    await log.close();
  }
}

/** The server writes into its pid file when it takes connections. */
async function waitReady(child: ChildProcess, pidFile: string): Promise<void> {
  const deadline = Date.now() + PROCESS_LIMITS.startMs;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const text = await readFile(pidFile, "utf8").catch(() => "");
    const lines = text.split("\n");
    if (lines[0] === String(child.pid) && lines[7]?.trim() === "ready") return;
    await pause(LOOK_MS);
  }
  throw new TracepostError("UNAVAILABLE", "it ended, or took too long to start");
}
