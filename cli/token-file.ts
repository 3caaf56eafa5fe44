import { access } from "node:fs/promises";
import { TracepostError } from "#errors";
import { readSecret, writeSecret } from "#trust";

/** What a token can be written in: visible ASCII, as a header carries it. */
const TOKEN_TEXT = /^[\x21-\x7e]+$/u;

/**
 * Reads the bearer token of a file. Throws TracepostError KEY_FILE when it is absent, open to
 * others, or holds none.
 */
export async function readTokenFile(file: string): Promise<string> {
  if (!(await isThere(file))) {
    throw new TracepostError("KEY_FILE", `There is no token file ${file}`, {
      remedy: "An administrator makes one: tracepost user token add --help",
    });
  }
  return checkToken(await readSecret(file), file);
}

/** A token without white space around it. Throws TracepostError KEY_FILE when it is none. */
export function checkToken(text: string, source: string): string {
  const token = text.trim();
  if (TOKEN_TEXT.test(token)) return token;
  throw new TracepostError("KEY_FILE", `${source} holds no token`, {
    remedy: "It must hold one bearer token and nothing else.",
  });
}

/**
 * Throws TracepostError KEY_FILE when something is there: no token is replaced (TP-CLI-3).
 * `option` names another file.
 */
export async function refuseTakenFile(file: string, option = "--write-token FILE"): Promise<void> {
  if (!(await isThere(file))) return;
  throw new TracepostError("KEY_FILE", `${file} is there already`, {
    remedy: `Move it away, or name another file with ${option}.`,
  });
}

/** Writes a token for its owner alone (mode 600). Throws TracepostError KEY_FILE. */
export async function writeTokenFile(file: string, token: string): Promise<void> {
  await writeSecret(file, `${token}\n`);
}

async function isThere(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
