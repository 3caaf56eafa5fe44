import { copyFile } from "node:fs/promises";
import { Instrument, type Participant } from "#proto";
import { calendarDateOf, readSecret } from "#runtime";
import { newToken } from "#users";
import { stateOfParticipant, timestampMs } from "#wire";
import type { ExchangePaths } from "./exchange-paths.ts";
import { BOUNDNESS, ROLES } from "./first-register.ts";
import { participantsOf } from "./open-exchange-folder.ts";
import {
  BOUNDNESS_NAMES,
  INSTRUMENT_NAMES,
  type ParticipantSpec,
  ROLE_NAMES,
} from "./participant-spec.ts";
import { parseParticipantsYaml, participantsYaml } from "./participants-file.ts";
import { makePrivateFolder, writePrivateFile } from "./private-files.ts";
import { isThere } from "./root-keys.ts";

/**
 * Lists participants that were admitted while the exchange runs, so that steward and supervisor
 * follow (TP-RUN-10). Whose keys lie in its folder gets what its service needs there: its copies of
 * register and root keys, and a token; the list comes last. Again, it changes nothing.
 */
export async function listParticipants(
  paths: ExchangePaths,
  admitted: readonly Participant[],
  register: Uint8Array,
): Promise<void> {
  const added: ParticipantSpec[] = [];
  for (const participant of admitted) added.push(await settled(paths, participant, register));
  const ids = new Set(added.map(({ id }) => id));
  const others = (await participantsOf(paths)).filter(({ id }) => !ids.has(id));
  await writeList(paths, [...others, ...added]);
}

/** Takes removed participants off the list; their folders and streams stay as they are. */
export async function unlistParticipants(
  paths: ExchangePaths,
  removed: readonly string[],
): Promise<void> {
  const listed = await participantsOf(paths);
  await writeList(
    paths,
    listed.filter(({ id }) => !removed.includes(id)),
  );
}

/** What is written is read again first: a list that cannot be read would stop the next start. */
async function writeList(paths: ExchangePaths, specs: readonly ParticipantSpec[]): Promise<void> {
  const text = participantsYaml(specs);
  if (specs.length > 0) parseParticipantsYaml(text);
  await writePrivateFile(paths.exchange.participants, text);
}

async function settled(
  paths: ExchangePaths,
  participant: Participant,
  register: Uint8Array,
): Promise<ParticipantSpec> {
  const own = paths.participant(participant.id);
  const spec = specOf(participant);
  const hasKeys = (await isThere(own.headerKey)) && (await isThere(own.sealingKey));
  if (!hasKeys) return { ...spec, runs: "elsewhere" };
  await makePrivateFolder(own.registerFilesDir);
  await writePrivateFile(own.register, register);
  for (const [place, root] of paths.exchange.rootPublicKeys.entries()) {
    if (await isThere(root)) await copyFile(root, own.rootPublicKeys[place] as string);
  }
  if (!(await isThere(own.apiToken))) {
    await writePrivateFile(own.apiToken, `${newToken().text}\n`);
  }
  return spec;
}

/** Token of a participant's user `installation`. */
export async function apiTokenOf(paths: ExchangePaths, id: string): Promise<string> {
  return (await readSecret(paths.participant(id).apiToken)).trim();
}

/** A participant of the register as a line of the participants file. */
function specOf(participant: Participant): ParticipantSpec {
  const { alertsNeedApproval, id, languages, legalName } = participant;
  const role = ROLE_NAMES.find((one) => ROLES[one] === participant.role) ?? "regional-monitor";
  return {
    id,
    name: legalName,
    role,
    state: stateOfParticipant(id) ?? "",
    instruments: participant.instruments.flatMap(({ boundness, instrument, since, until }) => {
      const name = INSTRUMENT_NAMES.find((one) => Instrument[one] === instrument);
      const how = BOUNDNESS_NAMES.find((one) => BOUNDNESS[one] === boundness);
      if (name === undefined || how === undefined) return [];
      const end = until === undefined ? {} : { until: dayOf(until) };
      return [{ instrument: name, boundness: how, since: dayOf(since), ...end }];
    }),
    languages,
    answering: "officer",
    ...(role === "border-agency" && alertsNeedApproval ? { alerts: "approved" as const } : {}),
  };
}

function dayOf(time: Parameters<typeof timestampMs>[0]): string {
  return calendarDateOf(timestampMs(time) ?? 0);
}
