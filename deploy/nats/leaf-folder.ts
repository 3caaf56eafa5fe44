import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { isLoopback, readPublic, readSecret } from "#runtime";
import {
  HUB,
  namesOf,
  readTransportPlan,
  type TransportPlan,
} from "../local/certificates/transport-plan.ts";
import { type ListenAddress, MAKE_THEM, NO_CERTIFICATES } from "../local/external-nats.ts";
import type { ExchangePaths } from "../local/folder/exchange-paths.ts";
import { writePrivateFile } from "../local/folder/private-files.ts";
import { readLeafDoor } from "../local/leaf/leaf-door.ts";
import { grantLeaf } from "../local/leaf/leaf-right.ts";
import { LEAF_FILES, leafConfigText } from "./leaf-config.ts";

/** Whose leaf is made, and where it is to run. */
export interface LeafOptions {
  readonly paths: ExchangePaths;
  /** The hub, which runs: the right to have a leaf is given to it. */
  readonly natsUrl: string;
  readonly participant: string;
  /** Folder that is handed to the State: absent, empty, or one of these. */
  readonly folder: string;
  /** Where the leaf finds the hub; default by the first of its names, or loopback. */
  readonly hub?: ListenAddress | undefined;
  /** Where the services of the State find the leaf. */
  readonly listen: ListenAddress;
}

/** What was made. */
export interface MadeLeaf {
  /** Its configuration. */
  readonly file: string;
  /** Where it reaches the hub. */
  readonly hub: string;
  /** What the services of the State have as `natsUrl`. */
  readonly natsUrl: string;
}

/**
 * Lets a participant have a leaf and writes the folder a nats-server of the State runs in
 * (TP-TLS-10): all of it for its owner alone, the configuration last. Nothing is changed at the hub
 * before folder and addresses are found good. Run again it writes the same. Throws TracepostError
 * USAGE, DATA_FOLDER, KEY_FILE or TRANSPORT.
 */
export async function makeLeaf(options: LeafOptions): Promise<MadeLeaf> {
  const { folder, listen, paths, participant } = options;
  const door = await readLeafDoor(paths);
  if (door === undefined) throw noDoor();
  const plan = await readTransportPlan(paths);
  const hasTls = plan !== undefined;
  const hub = options.hub ?? { host: hasTls ? firstName(plan) : LOOPBACK, port: door.port };
  if (!hasTls) {
    refuseOffLoopback("--hub", hub);
    refuseOffLoopback("--listen", listen);
  }
  await refuseForeign(folder);
  const certificates = hasTls ? await certificatesOf(paths, participant) : [];
  const { credentials, serviceUser } = await grantLeaf(options, participant);
  for (const [name, content] of certificates) await writePrivateFile(join(folder, name), content);
  await writePrivateFile(join(folder, LEAF_FILES.credentials), credentials);
  const file = join(folder, LEAF_FILES.config);
  const address = addressText(listen);
  const said = { participant, hasTls, serviceUser, hub: addressText(hub), listen: address };
  await writePrivateFile(file, leafConfigText(said));
  return { file, hub: said.hub, natsUrl: `${hasTls ? "tls" : "nats"}://${address}` };
}

const LOOPBACK = "127.0.0.1";

function firstName(plan: TransportPlan): string {
  return namesOf(plan, HUB)[0] ?? LOOPBACK;
}

function addressText({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The link's certificate, the one its services are answered with, and whom both believe. */
async function certificatesOf(
  paths: ExchangePaths,
  participant: string,
): Promise<readonly (readonly [name: string, content: string])[]> {
  const { authorities, client, door } = paths.participant(participant).tls;
  return [
    [LEAF_FILES.certificate, await readSecret(client)],
    [LEAF_FILES.door, await readSecret(door)],
    [LEAF_FILES.authorities, await readPublic(authorities)],
  ];
}

/** A folder of somebody else is left as it is. */
async function refuseForeign(folder: string): Promise<void> {
  const names = await readdir(folder).catch((caught: NodeJS.ErrnoException) => {
    if (caught.code === "ENOENT") return [];
    throw TracepostError.from(caught, "DATA_FOLDER");
  });
  const ours: readonly string[] = Object.values(LEAF_FILES);
  if (names.length === 0 || names.some((name) => ours.includes(name))) return;
  throw new TracepostError("DATA_FOLDER", `${folder} is no folder of a leaf`, {
    problems: [`it holds other things: ${names.slice(0, NAMES_SHOWN).join(", ")}`],
    remedy: "Name an empty or new folder with --folder. Nothing was changed.",
  });
}

const NAMES_SHOWN = 5;

function refuseOffLoopback(option: string, { host }: ListenAddress): void {
  if (isLoopback(host)) return;
  throw new TracepostError("USAGE", `${option} ${host} is off loopback`, {
    problems: [NO_CERTIFICATES],
    remedy: MAKE_THEM,
  });
}

function noDoor(): TracepostError {
  return new TracepostError("USAGE", "this exchange takes no leafs", {
    problems: ["its nats-server has no port that leafs connect to"],
    remedy: "Name one with --leaf-port 7422, and start the exchange again.",
  });
}
