import { Type } from "typebox";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { readPlan, writePlan } from "../folder/plan-files.ts";

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
  await writePlan(paths.nats.leafDoor, { port });
}

/** Reads it; undefined for an exchange that takes no leafs. Throws TracepostError DATA_FOLDER. */
export async function readLeafDoor(paths: ExchangePaths): Promise<LeafDoor | undefined> {
  return await readPlan(DoorSchema, paths.nats.leafDoor);
}
