import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { type Logger, TLS_LIMITS } from "#runtime";
import { loadAuthorities } from "./tls-files.ts";

const ofTheMachine = getCACertificates("default");
/** File of authorities → what it held when it was read last. */
const believed = new Map<string, string>();

/**
 * Has this process believe the exchange's authorities when it calls an HTTPS door, beside those the
 * machine believes; called again, those that the file holds now. Throws TracepostError KEY_FILE.
 */
export async function trustAuthorities(caFile: string): Promise<void> {
  const text = await loadAuthorities(caFile);
  if (believed.get(caFile) === text) return;
  believed.set(caFile, text);
  setDefaultCACertificates([...ofTheMachine, ...believed.values()]);
}

/** As {@link trustAuthorities}, and again when the file changes, until it is stopped (TP-TLS-6). */
export async function followAuthorities(
  caFile: string,
  logger: Pick<Logger, "warn">,
): Promise<() => void> {
  await trustAuthorities(caFile);
  const timer = setInterval(() => {
    trustAuthorities(caFile).catch((caught: unknown) => {
      logger.warn({ err: caught }, "the authorities cannot be read; those of before are believed");
    });
  }, TLS_LIMITS.lookMs);
  timer.unref();
  return () => clearInterval(timer);
}
