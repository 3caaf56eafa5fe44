import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { TracepostError } from "#errors";
import { trustAuthorities } from "#tls";
import { loadRegister } from "#trust";
import { readTransportPlan } from "../certificates/transport-plan.ts";
import { readIssuedTokens, readStoragePlan } from "../provision/authority-files.ts";
import { ExchangePaths } from "./exchange-paths.ts";
import { type FolderMarker, inspectFolder } from "./marker.ts";
import type { ParticipantSpec } from "./participant-spec.ts";
import { parseParticipantsYaml } from "./participants-file.ts";
import { isThere, rootSignersOf } from "./root-keys.ts";

/** An exchange's data folder that was looked through. */
export interface ExchangeLayout {
  readonly paths: ExchangePaths;
  readonly marker: FolderMarker;
  readonly participants: readonly ParticipantSpec[];
}

/** Whether the folder holds an exchange; false when it is absent, empty, or was never finished. */
export async function isExchangeFolder(dataDir: string): Promise<boolean> {
  return (await inspectFolder(new ExchangePaths(resolve(dataDir)))).kind === "exchange";
}

/**
 * Opens a data folder for use. Throws TracepostError DATA_FOLDER for a folder that is none, is
 * foreign, or is damaged, with every damaged part named.
 */
export async function openExchangeFolder(dataDir: string): Promise<ExchangeLayout> {
  const paths = new ExchangePaths(resolve(dataDir));
  const marker = await requireExchange(paths);
  const problems: string[] = [];
  const participants = await readParticipants(paths, problems);
  await checkParts(paths, participants, problems);
  refuseDamaged(paths, problems);
  // The doors of such an exchange speak HTTPS, with certificates of its own authority.
  if ((await readTransportPlan(paths)) !== undefined) await trustAuthorities(paths.tls.believed);
  return { paths, marker, participants };
}

/** Who takes part by the participants file as it is now. Throws TracepostError. */
export async function participantsOf(paths: ExchangePaths): Promise<readonly ParticipantSpec[]> {
  return parseParticipantsYaml(await readFile(paths.exchange.participants, "utf8"));
}

/** What the steward is given of a data folder (TP-CON-8). */
export interface StewardLayout {
  readonly paths: ExchangePaths;
  /** Participant ids. */
  readonly participants: readonly string[];
  readonly streamBytes: number;
}

/**
 * Opens the part of a data folder that belongs to the steward: marker, participants, storage plan.
 * No key needs to be there. Throws TracepostError DATA_FOLDER.
 */
export async function openStewardFolder(dataDir: string): Promise<StewardLayout> {
  const paths = new ExchangePaths(resolve(dataDir));
  await requireExchange(paths);
  const problems: string[] = [];
  const participants = await readParticipants(paths, problems);
  refuseDamaged(paths, problems);
  const { streamBytes } = await readStoragePlan(paths);
  return { paths, participants: participants.map(({ id }) => id), streamBytes };
}

async function requireExchange(paths: ExchangePaths): Promise<FolderMarker> {
  const folder = await inspectFolder(paths);
  if (folder.kind === "exchange") return folder.marker;
  const why = { absent: "is not there", empty: "is empty", unfinished: "was not finished" };
  throw new TracepostError("DATA_FOLDER", `${paths.dataDir} ${why[folder.kind]}`, {
    remedy: "Set it up with `tracepost exchange init --data DIR --participants FILE`.",
  });
}

function refuseDamaged(paths: ExchangePaths, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new TracepostError("DATA_FOLDER", `${paths.dataDir} is damaged`, {
    problems,
    remedy: "Restore these from a backup, or move the folder away and start afresh.",
  });
}

async function readParticipants(
  paths: ExchangePaths,
  problems: string[],
): Promise<ParticipantSpec[]> {
  const file = paths.exchange.participants;
  try {
    return parseParticipantsYaml(await readFile(file, "utf8"));
  } catch (caught) {
    const fault = TracepostError.from(caught);
    problems.push(`${file}: ${[fault.message, ...fault.problems].join("; ")}`);
    return [];
  }
}

async function checkParts(
  paths: ExchangePaths,
  participants: readonly ParticipantSpec[],
  problems: string[],
): Promise<void> {
  const files = [
    paths.exchange.rootPublicKey,
    paths.gateway.receiptKey,
    paths.gateway.checkpointKey,
    ...participants.flatMap(({ id, runs }) => {
      const own = paths.participant(id);
      if (runs === "elsewhere") return [own.natsCreds];
      return [own.headerKey, own.sealingKey, own.natsCreds, own.apiToken, own.register];
    }),
  ];
  for (const file of files) {
    if (!(await isThere(file))) problems.push(`${file}: is missing`);
  }
  const { register, rootPublicKeys } = paths.exchange;
  const { rootPublicKeyFiles } = await rootSignersOf(rootPublicKeys);
  const checks = [
    () => loadRegister(register, rootPublicKeyFiles),
    () => readIssuedTokens(paths),
    () => readStoragePlan(paths),
  ];
  for (const check of checks) {
    try {
      await check();
    } catch (caught) {
      const fault = TracepostError.from(caught);
      problems.push([fault.message, ...fault.problems].join("; "));
    }
  }
}
