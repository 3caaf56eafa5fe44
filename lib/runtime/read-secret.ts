import { closeSync, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { access, type FileHandle, open } from "node:fs/promises";
import { TracepostError } from "#errors";
import { TRUST_LIMITS } from "./trust-limits.ts";

/** Windows keeps no mode bits; its folders are private by inheritance. */
const HAS_MODES = process.platform !== "win32";
const GROUP_AND_OTHERS = 0o077;
const PERMISSIONS = 0o777;
const ROOT = 0;

/**
 * Reads a secret text file (TP-TRUST-3, TP-NATS-9, TP-TLS-8). Throws TracepostError KEY_FILE,
 * naming file and way out, when it is absent, too large, open to others, or another user's.
 */
export async function readSecret(file: string): Promise<string> {
  return await readKeyFile(file, true);
}

/** The same; undefined when there is no such file. */
export async function readSecretIfThere(file: string): Promise<string | undefined> {
  const isThere = await access(file).then(
    () => true,
    (caught: NodeJS.ErrnoException) => caught.code !== "ENOENT",
  );
  return isThere ? await readSecret(file) : undefined;
}

/** Reads a key file that is no secret. Throws TracepostError KEY_FILE. */
export async function readPublic(file: string): Promise<string> {
  return await readKeyFile(file, false);
}

/** The same as {@link readSecret}, for where nothing can be waited for. */
export function readSecretNow(file: string): string {
  let opened: number | undefined;
  try {
    opened = openSync(file, "r");
    check(file, fstatSync(opened), true);
    return readFileSync(opened, "utf8");
  } catch (caught) {
    throw unreadable(file, caught);
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

async function readKeyFile(file: string, isSecret: boolean): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "r");
    // Looked at through the open file, so that what is judged is what is read.
    check(file, await handle.stat(), isSecret);
    return await handle.readFile("utf8");
  } catch (caught) {
    throw unreadable(file, caught);
  } finally {
    await handle?.close();
  }
}

function check(file: string, found: Stats, isSecret: boolean): void {
  if (!found.isFile() || found.size > TRUST_LIMITS.keyFileBytesMax) {
    throw new TracepostError("KEY_FILE", `${file} is no key file`, {
      remedy: "Put the key file back from your copy.",
    });
  }
  const fault = isSecret ? openness(file, found, process.geteuid?.()) : undefined;
  if (fault !== undefined) throw fault;
}

function unreadable(file: string, caught: unknown): TracepostError {
  if (caught instanceof TracepostError) return caught;
  return new TracepostError("KEY_FILE", `${file} cannot be read`, {
    cause: caught,
    remedy: "Put the key file back from your copy, or set the folder up again.",
  });
}

/**
 * Why a secret file counts as known to others; undefined when it does not. Root reads what belongs
 * to the user it has set a folder up for, and could read it anyway.
 */
export function openness(
  file: string,
  { mode, uid }: Pick<Stats, "mode" | "uid">,
  user: number | undefined,
): TracepostError | undefined {
  if (!HAS_MODES) return undefined;
  if ((mode & GROUP_AND_OTHERS) !== 0) {
    const rights = (mode & PERMISSIONS).toString(8);
    return new TracepostError("KEY_FILE", `${file} is open to others (mode ${rights})`, {
      remedy: `Take the rights away: chmod 600 ${file}. If others could have read it, replace it.`,
    });
  }
  if (user === undefined || user === ROOT || uid === user) return undefined;
  return new TracepostError("KEY_FILE", `${file} belongs to another user (${uid}, not ${user})`, {
    remedy: `Make it yours: chown ${user} ${file}. If its owner is a stranger, replace it.`,
  });
}
