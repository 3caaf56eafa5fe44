import { TracepostError } from "#errors";
import { readSecret } from "#runtime";
import { checkIdentity, type TlsFiles } from "#tls";
import type { ExchangePaths, TlsPaths } from "../folder/exchange-paths.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { type CertificateSubject, type IssuingAuthority, issueCertificate } from "./issue.ts";
import { HUB, namesOf, type TransportPlan } from "./transport-plan.ts";

/** A certificate of an exchange: whose, and where it lies with its key. */
export interface CertificatePlace {
  readonly subject: CertificateSubject;
  readonly file: string;
  /** Whom its holder believes. */
  readonly authorities: string;
}

/** Every certificate an exchange needs (TP-TLS-2). */
export function certificatePlaces(
  paths: ExchangePaths,
  plan: TransportPlan,
  participants: readonly string[],
): readonly CertificatePlace[] {
  const hubNames = namesOf(plan, HUB);
  const { gateway, nats, steward } = paths;
  return [
    serverOf("nats", nats.tls, hubNames),
    clientOf("gateway", gateway.tls),
    serverOf("gateway", gateway.tls, hubNames),
    clientOf("steward", steward.tls),
    serverOf("steward", steward.tls, hubNames),
    ...participants.flatMap((id) => {
      const { tls } = paths.participant(id);
      return [clientOf(id, tls), serverOf(id, tls, namesOf(plan, id))];
    }),
  ];
}

function clientOf(holder: string, { authorities, client }: TlsPaths): CertificatePlace {
  return { subject: { holder, use: "client", names: [] }, file: client, authorities };
}

function serverOf(
  holder: string,
  { authorities, door }: TlsPaths,
  names: readonly string[],
): CertificatePlace {
  return { subject: { holder, use: "server", names }, file: door, authorities };
}

/** Issues one certificate and puts it, with its key, where it belongs: whole, or not at all. */
export async function placeCertificate(
  authority: IssuingAuthority,
  place: CertificatePlace,
  nowMs: number,
): Promise<void> {
  await writePrivateFile(place.file, await issueCertificate(authority, place.subject, nowMs));
}

/** Has each holder believe these authorities. */
export async function placeAuthorities(
  places: readonly CertificatePlace[],
  authorities: string,
): Promise<void> {
  for (const file of new Set(places.map((place) => place.authorities))) {
    await writePrivateFile(file, authorities);
  }
}

/**
 * The authority of an exchange; its key from `keyFile` where the operator keeps it elsewhere.
 * Throws TracepostError KEY_FILE.
 */
export async function readAuthority(
  paths: ExchangePaths,
  plan: TransportPlan,
  keyFile: string | undefined,
  nowMs: number,
): Promise<IssuingAuthority> {
  if (plan.authority === "given" && keyFile === undefined) {
    throw new TracepostError("USAGE", "the key of the authority does not lie in this folder", {
      remedy: "Say where it is: --ca-key FILE",
    });
  }
  const certificate = await readSecret(paths.tls.authority);
  const key = keyFile === undefined ? certificate : await readSecret(keyFile);
  const files = { certFile: paths.tls.authority, keyFile: keyFile ?? paths.tls.authority };
  checkIdentity({ cert: certificate, key, files, nowMs });
  return { certificate, key };
}

/** How a holder logs in to NATS. */
export function clientFiles({ authorities, client }: TlsPaths): TlsFiles {
  return { certFile: client, keyFile: client, caFile: authorities };
}

/** What a holder answers with. */
export function doorFiles({ authorities, door }: TlsPaths): TlsFiles {
  return { certFile: door, keyFile: door, caFile: authorities };
}

/** How the operator's own users reach a server: with a certificate where it speaks TLS. */
export function operatorTls(paths: ExchangePaths, natsUrl: string): { readonly tls?: TlsFiles } {
  return natsUrl.startsWith("tls://") ? { tls: clientFiles(paths.steward.tls) } : {};
}
