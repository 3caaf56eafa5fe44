import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { loadAuthorities } from "./tls-files.ts";

const believed = new Set<string>();

/**
 * Has this process believe the exchange's authorities when it calls an HTTPS door, beside those the
 * machine believes. Throws TracepostError KEY_FILE.
 */
export async function trustAuthorities(caFile: string): Promise<void> {
  const text = await loadAuthorities(caFile);
  if (believed.has(text)) return;
  believed.add(text);
  setDefaultCACertificates([...getCACertificates("default"), text]);
}
