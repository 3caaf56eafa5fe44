import { TracepostError } from "#errors";
import { readPublic, readSecret } from "#runtime";
import { certificateEnd, certificateFacts, isIssuedBy } from "#tls";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { openExchangeFolder } from "../folder/open-exchange-folder.ts";
import { type CertificatePlace, certificatePlaces } from "./certificate-files.ts";
import {
  type HostName,
  readTransportPlan,
  type TransportPlan,
  withNames,
} from "./transport-plan.ts";

/** How one certificate of an exchange stands (TP-TLS-7). */
export interface CertificateStanding {
  /** `nats`, `gateway`, `steward`, a participant id, or `authority`. */
  readonly holder: string;
  readonly use: "client" | "server" | "authority";
  readonly file: string;
  /** Names it answers under. */
  readonly names: readonly string[];
  /** When it ends, ISO 8601; "" where the file holds none. */
  readonly notAfter: string;
  /** Whole days until then; below zero when it is over. */
  readonly daysLeft: number;
  /** Why it is to be renewed; "" when it is not. */
  readonly due: string;
}

/** An exchange with certificates. */
export interface CertifiedExchange {
  readonly paths: ExchangePaths;
  readonly plan: TransportPlan;
  readonly places: readonly CertificatePlace[];
  /** Certificate of the authority that issues now, PEM. */
  readonly authority: string;
}

/**
 * Opens one, as it will be with further names. Throws TracepostError USAGE for an exchange without,
 * and DATA_FOLDER.
 */
export async function openCertified(
  dataDir: string,
  hosts: readonly HostName[] = [],
): Promise<CertifiedExchange> {
  const { participants, paths } = await openExchangeFolder(dataDir);
  const found = await readTransportPlan(paths);
  if (found === undefined) {
    throw new TracepostError("USAGE", `the exchange in ${paths.dataDir} has no certificates`, {
      remedy:
        "They are made with the exchange, or later: tracepost exchange certificates add --data DIR",
    });
  }
  const plan = withNames(found, hosts);
  const ids = participants.map(({ id }) => id);
  const authority = await readSecret(paths.tls.authority);
  return { paths, plan, places: certificatePlaces(paths, plan, ids), authority };
}

/** Tells of each certificate, the authority's first, when it ends and whether it is due. */
export async function listCertificates(
  { authority, paths, places }: CertifiedExchange,
  nowMs: number,
): Promise<readonly CertificateStanding[]> {
  const issuer = certificateFacts(authority, paths.tls.authority);
  const first = standing({
    holder: "authority",
    use: "authority",
    file: paths.tls.authority,
    names: [],
    notAfterAt: issuer.notAfterAt,
    nowMs,
  });
  const others = places.map(async ({ file, subject }) => {
    const { holder, use } = subject;
    const facts = await factsIn(file, authority);
    if (facts === undefined) {
      return { holder, use, file, names: [], notAfter: "", daysLeft: 0, due: "there is none" };
    }
    const { names, notAfterAt } = facts;
    const found = standing({ holder, use, file, names, notAfterAt, nowMs });
    if (found.due !== "") return found;
    if (!facts.isOfAuthority) return { ...found, due: "of a former authority" };
    const missing = subject.names.filter((name) => !names.includes(name));
    return missing.length === 0 ? found : { ...found, due: `lacks ${missing.join(", ")}` };
  });
  return [first, ...(await Promise.all(others))];
}

async function factsIn(file: string, authority: string) {
  try {
    const text = await readPublic(file);
    return { ...certificateFacts(text, file), isOfAuthority: isIssuedBy(text, authority, file) };
  } catch {
    // Absent or damaged: to be issued again either way.
    return undefined;
  }
}

function standing(found: {
  readonly holder: string;
  readonly use: CertificateStanding["use"];
  readonly file: string;
  readonly names: readonly string[];
  readonly notAfterAt: number;
  readonly nowMs: number;
}): CertificateStanding {
  const { holder, use, file, names, notAfterAt, nowMs } = found;
  const notAfter = new Date(notAfterAt).toISOString();
  return { holder, use, file, names, notAfter, ...certificateEnd(notAfterAt, nowMs) };
}
