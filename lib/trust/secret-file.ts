import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { TracepostError } from "#errors";
import { readSecret } from "#runtime";

export { readPublic, readSecret } from "#runtime";

/** Windows keeps no mode bits and cannot open a folder; its folders are private by inheritance. */
const HAS_MODES = process.platform !== "win32";

/**
 * Writes a secret text file, 0600, in one piece and to the disk (TP-TRUST-3). Writing the same
 * again is well; a secret that would be lost is never replaced: throws TracepostError KEY_FILE.
 */
export async function writeSecret(file: string, text: string): Promise<void> {
  if (await exists(file)) {
    if ((await readSecret(file)) === text) return;
    throw new TracepostError("KEY_FILE", `${file} holds another key already`, {
      remedy: "Move it to a safe place first; what was sealed to it opens with nothing else.",
    });
  }
  await writeWhole(file, text, 0o600);
}

/** Writes a file that is no secret, 0644, in one piece; an existing one is replaced. */
export async function writePublic(file: string, content: string | Uint8Array): Promise<void> {
  await writeWhole(file, content, 0o644);
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

async function writeWhole(file: string, content: string | Uint8Array, mode: number): Promise<void> {
  const folder = dirname(file);
  const partial = `${file}.${randomBytes(8).toString("hex")}.part`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const exclusive = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    await using handle = await open(partial, exclusive, mode);
    // The mask of the process may have taken more away, or a mounted file system given more.
    if (HAS_MODES) await handle.chmod(mode);
    await handle.writeFile(content);
    await handle.sync();
    await rename(partial, file);
  } catch (caught) {
    // What is left of it, if anything; the fault that counts is the first one.
    await rm(partial, { force: true }).catch(() => undefined);
    throw new TracepostError("KEY_FILE", `${file} cannot be written`, {
      cause: caught,
      remedy: "Make room, or give yourself the right to write there.",
    });
  }
  await syncFolder(folder);
}

/** A rename lasts once its folder is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  if (!HAS_MODES) return;
  await using handle = await open(folder, "r");
  await handle.sync();
}
