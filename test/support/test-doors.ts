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

/** Another person than the caseworker, who confirms what he has prepared. */
const SECOND: UserSpec = {
  userId: "second-person",
  name: "Second person (made up for a test)",
  roles: ["FOCAL_POINT_SUPERVISOR"],
};

/**
 * A second person at each focal point of an exchange: confirms a release at the door of an address,
 * and gives the status of the answer.
 */
export async function openSecondPersons(
  exchange: RunningExchange,
): Promise<(url: string, releaseId: string) => Promise<number>> {
  const doors = await openUserDoors(exchange, [SECOND]);
  return async (url, releaseId) => {
    const door = [...doors().values()].find((one) => one.url === url);
    const response = await fetch(`${url}/v1/releases/${releaseId}/confirm`, {
      method: "POST",
      headers: { authorization: `Bearer ${door?.token}`, "content-type": "application/json" },
      body: "{}",
    });
    return response.status;
  };
}
