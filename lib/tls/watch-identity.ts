import { stat } from "node:fs/promises";
import { systemClock, TLS_LIMITS } from "#runtime";
import { loadIdentity, type TlsFiles, type TlsIdentity } from "./tls-files.ts";

/** Who is told of a replaced certificate. */
export interface IdentityListener {
  /** A good one is there; the next handshake shall use it. */
  onChange(identity: TlsIdentity): void;
  /** What is there cannot be used; the one before stays in use. */
  onFault(caught: unknown): void;
}

/**
 * Looks every TLS_LIMITS.lookMs whether certificate, key or authorities were replaced (TP-TLS-6).
 * Half a replacement, and anything that does not pass the checks, changes nothing and is said once.
 * Returns what ends it.
 */
export function watchIdentity(
  files: TlsFiles,
  listener: IdentityListener,
  lookMs: number = TLS_LIMITS.lookMs,
): () => void {
  let seen = marks(files);
  let looking = false;
  const look = async (): Promise<void> => {
    const found = marks(files);
    if ((await found) === (await seen)) return;
    seen = found;
    listener.onChange(await loadIdentity(files, systemClock.now()));
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch((caught: unknown) => listener.onFault(caught))
      .finally(() => {
        looking = false;
      });
  }, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Changes whenever one of the files is written or replaced. */
async function marks({ caFile, certFile, keyFile }: TlsFiles): Promise<string> {
  const found = await Promise.all(
    [caFile, certFile, keyFile].map((file) => stat(file).catch(() => undefined)),
  );
  return found.map((one) => `${one?.ino}/${one?.mtimeMs}/${one?.size}`).join(" ");
}
