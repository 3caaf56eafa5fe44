import type { ApiDoor, UserSpec } from "#http";
import { openUserDoors, type RunningExchange } from "../../deploy/local/index.ts";

/** A person who may do everything that people do with cases. */
export const CASEWORKER: UserSpec = {
  userId: "caseworker",
  name: "Caseworker (made up for a test)",
  roles: ["FOCAL_POINT_SUPERVISOR", "RECORDS_OFFICER", "AUDITOR"],
};

/**
 * Doors of all focal points of an exchange as a caseworker enters them; addresses are those of now
 * at each call of the result.
 */
export async function openCaseworkDoors(
  exchange: RunningExchange,
): Promise<(participant: string) => ApiDoor> {
  const doors = await openUserDoors(exchange, [CASEWORKER]);
  return (participant) => {
    const door = doors().get(participant);
    if (door === undefined) throw new TypeError(`no focal point ${participant}`);
    return door;
  };
}
