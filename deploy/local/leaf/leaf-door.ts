import { readFile } from "node:fs/promises";
import { Type } from "typebox";
import { TracepostError } from "#errors";
import { parseConfig } from "#runtime";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { writePrivateFile } from "../folder/private-files.ts";

const DoorSchema = Type.Object(
  { port: Type.Integer({ minimum: 1, maximum: 65_535 }) },
  { additionalProperties: false },
);

/** Where the nats-server of an exchange waits for leafs: a port beside that of the clients. */
export interface LeafDoor {
  readonly port: number;
}

/** Has the server wait for leafs from its next start on (TP-TLS-9). */
export async function writeLeafDoor(paths: ExchangePaths, { port }: LeafDoor): Promise<void> {
  await writePrivateFile(paths.nats.leafDoor, `${JSON.stringify({ port }, null, 2)}\n`);
}

/** Reads it; undefined for an exchange that takes no leafs. Throws TracepostError DATA_FOLDER. */
export async function readLeafDoor(paths: ExchangePaths): Promise<LeafDoor | undefined> {
  const file = paths.nats.leafDoor;
  const text = await readFile(file, "utf8").catch((caught: NodeJS.ErrnoException) => {
    if (caught.code === "ENOENT") return undefined;
    throw TracepostError.from(caught, "DATA_FOLDER");
  });
  return text === undefined ? undefined : parseConfig(DoorSchema, text, file);
}
