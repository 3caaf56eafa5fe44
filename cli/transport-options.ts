import { TracepostError } from "#errors";
import { readPublic, readSecret } from "#runtime";
import { parseHostName, type TransportOptions } from "../deploy/local/index.ts";

/** Words that say which certificates are made, and by whom. */
export interface TransportWords {
  readonly host?: readonly string[];
  readonly caCert?: string;
  readonly caKey?: string;
}

/** Reads names and a given authority. Throws TracepostError USAGE or KEY_FILE. */
export async function readTransport(words: TransportWords): Promise<TransportOptions> {
  const { caCert, caKey, host = [] } = words;
  const hosts = host.map(parseHostName);
  if (caCert === undefined && caKey === undefined) return { hosts };
  if (caCert === undefined || caKey === undefined) {
    throw new TracepostError("USAGE", "--ca-cert and --ca-key belong together", {
      remedy: "Give both, or neither: then an authority is made.",
    });
  }
  const authority = { certificate: await readPublic(caCert), key: await readSecret(caKey) };
  return { hosts, authority };
}
