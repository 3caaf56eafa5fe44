import { systemClock } from "#runtime";
import { checkIdentity } from "#tls";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { certificatePlaces, placeAuthorities, placeCertificate } from "./certificate-files.ts";
import { type IssuingAuthority, makeAuthority } from "./issue.ts";
import { type HostName, namesByHolder, writeTransportPlan } from "./transport-plan.ts";

/** How the processes of a new exchange are to prove who they are. */
export interface TransportOptions {
  /** Names something answers under, besides those of loopback. */
  readonly hosts: readonly HostName[];
  /** An authority that is there already; its key is not kept. Default: one of its own. */
  readonly authority?: IssuingAuthority | undefined;
}

/** Makes authority and certificates of a new exchange; last the plan, which says they are there. */
export async function writeFirstCertificates(
  paths: ExchangePaths,
  participants: readonly string[],
  exchangeId: string,
  options: TransportOptions,
): Promise<void> {
  const nowMs = systemClock.now();
  const given = options.authority;
  if (given !== undefined) {
    const files = { certFile: "the authority's certificate", keyFile: "the authority's key" };
    checkIdentity({ cert: given.certificate, key: given.key, files, nowMs });
  }
  const authority = given ?? (await makeAuthority(`Tracepost exchange ${exchangeId}`, nowMs));
  const plan = {
    names: namesByHolder(options.hosts),
    authority: given === undefined ? ("own" as const) : ("given" as const),
  };
  const places = certificatePlaces(paths, plan, participants);
  const kept = given === undefined ? `${authority.certificate}${authority.key}` : given.certificate;
  await writePrivateFile(paths.tls.authority, kept);
  await writePrivateFile(paths.tls.believed, authority.certificate);
  await placeAuthorities(places, authority.certificate);
  for (const place of places) await placeCertificate(authority, place, nowMs);
  await writeTransportPlan(paths, plan);
}
