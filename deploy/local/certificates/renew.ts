import { rename } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { reloadServer } from "#bus";
import { TracepostError } from "#errors";
import { calendarDateOf, readPublic, readSecretIfThere, systemClock, TLS_LIMITS } from "#runtime";
import { addAuthority, joinAuthorities } from "#tls";
import { writePrivateFile } from "../folder/private-files.ts";
import { operatorConnection } from "../provision/operator-connection.ts";
import { exchangeStatus } from "../supervisor/exchange-status.ts";
import { placeAuthorities, placeCertificate, readAuthority } from "./certificate-files.ts";
import { type IssuingAuthority, makeAuthority } from "./issue.ts";
import {
  type CertificateStanding,
  type CertifiedExchange,
  listCertificates,
  openCertified,
} from "./list.ts";
import { type HostName, writeTransportPlan } from "./transport-plan.ts";

/** What is to be renewed. */
export interface RenewalOptions {
  readonly dataDir: string;
  /** Every certificate, not only those that are due. */
  readonly all?: boolean;
  /** A new authority too; the one before stays believed. */
  readonly newAuthority?: boolean;
  /** Believes the present authority alone, once all certificates are of it. */
  readonly dropFormer?: boolean;
  /** Names that are added. */
  readonly hosts?: readonly HostName[];
  /** Key of an authority that is not kept in the folder. */
  readonly caKey?: string | undefined;
  /** Where the server answers that somebody else runs; default: the one that `up` has started. */
  readonly natsUrl?: string | undefined;
  /** No nats-server of this exchange runs anywhere: the next start reads what is new. */
  readonly nothingRuns?: boolean;
  /** Changes nothing. */
  readonly dryRun?: boolean;
}

/** What was, or would be, renewed. */
export interface Renewal {
  readonly renewed: readonly CertificateStanding[];
  readonly newAuthority: boolean;
  readonly droppedFormer: boolean;
  /** Whether a running server has read its certificate again. */
  readonly server: "reloaded" | "not running" | "not needed";
}

/**
 * Renews certificates while everything runs (TP-TLS-6): each file is replaced whole, everybody
 * believes a new authority before anything is issued by it, and the server is told to read again.
 * Run again after an interruption, it does what is left. Throws TracepostError USAGE, KEY_FILE, and
 * TRANSPORT when the server does not reload.
 */
export async function renewCertificates(options: RenewalOptions): Promise<Renewal> {
  const opened = await openCertified(options.dataDir, options.hosts ?? []);
  const { newAuthority = false, dropFormer = false } = options;
  if (newAuthority && opened.plan.authority === "given") {
    throw new TracepostError("USAGE", "the authority is not of this exchange's making", {
      remedy: "Have its owner make the next one.",
    });
  }
  const nowMs = systemClock.now();
  const all = options.all === true || newAuthority;
  const standings = (await listCertificates(opened, nowMs)).filter(
    ({ use }) => use !== "authority",
  );
  const due = standings.filter((one) => all || one.due !== "");
  const told = { renewed: due, newAuthority, droppedFormer: dropFormer };
  if (options.dryRun === true) return { ...told, server: "not needed" };
  if (newAuthority || dropFormer) await demandServer(opened, options);
  await writeTransportPlan(opened.paths, opened.plan);
  const authority = newAuthority
    ? await nextAuthority(opened, options)
    : await readAuthority(opened.paths, opened.plan, options.caKey, nowMs);
  const files = new Set(due.map(({ file }) => file));
  for (const place of opened.places) {
    if (files.has(place.file)) await placeCertificate(authority, place, nowMs);
  }
  // What answers with a certificate of before is told first: then nobody is refused.
  if (dropFormer && due.length > 0) await settle(await reload(opened, options));
  if (dropFormer) await believe(opened, joinAuthorities(authority.certificate, ""));
  const isSaidAgain = options.natsUrl !== undefined;
  if (due.length === 0 && !dropFormer && !isSaidAgain) return { ...told, server: "not needed" };
  return { ...told, server: await reload(opened, options) };
}

/**
 * Makes the next authority and has everybody believe it beside the present one, the server too,
 * before it issues anything. What an interrupted run has made is taken up.
 */
async function nextAuthority(
  opened: CertifiedExchange,
  options: RenewalOptions,
): Promise<IssuingAuthority> {
  const { paths } = opened;
  const nowMs = systemClock.now();
  let next = await readSecretIfThere(paths.tls.nextAuthority);
  if (next === undefined) {
    const made = await makeAuthority(`Tracepost authority of ${calendarDateOf(nowMs)}`, nowMs);
    next = `${made.certificate}${made.key}`;
    await writePrivateFile(paths.tls.nextAuthority, next);
  }
  await believe(opened, addAuthority(next, await readPublic(paths.tls.believed), nowMs));
  await settle(await reload(opened, options));
  await rename(paths.tls.nextAuthority, paths.tls.authority);
  return { certificate: next, key: next };
}

/**
 * Whether a nats-server runs that somebody else started cannot be seen from here: one that is not
 * told would refuse everybody who has a certificate of the next authority. Throws USAGE.
 */
async function demandServer(
  { paths }: CertifiedExchange,
  { natsUrl, nothingRuns = false }: RenewalOptions,
): Promise<void> {
  if (natsUrl !== undefined || nothingRuns) return;
  if ((await exchangeStatus(paths.dataDir)).kind === "running") return;
  throw new TracepostError("USAGE", "no nats-server of this exchange runs here", {
    problems: ["one that runs elsewhere has to read its authorities again, or it lets nobody in"],
    remedy: "Say where it answers: --nats-url URL. If none runs anywhere: --nothing-runs",
  });
}

/** Doors and services look at their authorities every `lookMs`: they are given the time to. */
async function settle(server: "reloaded" | "not running"): Promise<void> {
  if (server === "reloaded") await pause(TLS_LIMITS.lookMs + SETTLE_MS);
}

/** For a look that began just before, on a busy machine. */
const SETTLE_MS = 1_000;

async function believe({ paths, places }: CertifiedExchange, text: string): Promise<void> {
  await writePrivateFile(paths.tls.believed, text);
  await placeAuthorities(places, text);
}

async function reload(
  { paths }: CertifiedExchange,
  { natsUrl }: RenewalOptions,
): Promise<"reloaded" | "not running"> {
  const found = await exchangeStatus(paths.dataDir);
  const url = natsUrl ?? (found.kind === "running" ? found.state.nats.url : "");
  if (url === "") return "not running";
  await reloadServer(operatorConnection(paths, url, "certificates"));
  return "reloaded";
}
