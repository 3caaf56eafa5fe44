import { readPublic, readSecret, systemClock } from "#runtime";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { certificatePlaces, placeCertificate, readAuthority } from "./certificate-files.ts";
import { readTransportPlan } from "./transport-plan.ts";

/**
 * Issues the certificates of one participant more, where the exchange has an authority of its own.
 * Where the authority, or its key, is elsewhere, `exchange certificates renew --ca-key` does it.
 */
export async function issueMemberCertificates(paths: ExchangePaths, id: string): Promise<void> {
  const plan = await readTransportPlan(paths);
  if (plan?.authority !== "own") return;
  // Its key may be kept elsewhere; then it is the operator who issues, with --ca-key.
  if (!(await readSecret(paths.tls.authority)).includes("PRIVATE KEY-----")) return;
  const authority = await readAuthority(paths, plan, undefined, systemClock.now());
  const own = certificatePlaces(paths, plan, [id]).filter(({ subject }) => subject.holder === id);
  const believed = await readPublic(paths.tls.believed);
  for (const place of own) {
    await writePrivateFile(place.authorities, believed);
    await placeCertificate(authority, place, systemClock.now());
  }
}
