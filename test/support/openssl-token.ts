import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StampFiles } from "../second-verifier/index.ts";

/** Whether OpenSSL verifies a token as of its own time, with this one root. */
export function isTokenGood({ checkpoint, root, token }: StampFiles, atMs: number): boolean {
  const dir = mkdtempSync(join(tmpdir(), "tracepost-second-"));
  try {
    const [begin, end] = ["BEGIN", "END"].map((what) => `-----${what} CERTIFICATE-----\n`);
    const lines = root.toString("base64").replace(/.{1,64}/gu, "$&\n");
    writeFileSync(join(dir, "note"), checkpoint);
    writeFileSync(join(dir, "token"), token);
    writeFileSync(join(dir, "root.pem"), `${begin}${lines}${end}`);
    const what = ["-data", "note", "-in", "token", "-token_in", "-CAfile", "root.pem"];
    const at = ["-attime", String(Math.floor(atMs / 1_000))];
    return spawnSync("openssl", ["ts", "-verify", ...what, ...at], { cwd: dir }).status === 0;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
