import type { UserSpec } from "#http";
import { openUserDoors, type RunningExchange } from "../deploy/local/index.ts";
import { MONITOR } from "./participants.ts";
import type { ScenarioExchange } from "./run.ts";

/** Who the scenario is at each focal point: a national system, and who answers for it. */
export const SCENARIO_USERS: readonly [UserSpec, UserSpec] = [
  {
    userId: "scenario",
    name: "The scenario of recovered firearms",
    kind: "system",
    responsible: "duty-officer",
    roles: ["NATIONAL_SYSTEM"],
  },
  {
    userId: "duty-officer",
    name: "Officer on duty (made up)",
    kind: "person",
    roles: ["FOCAL_POINT_SUPERVISOR"],
  },
];

/** Who the scenario is at a regional monitor. */
const ANALYST: UserSpec = {
  userId: "analyst",
  name: "Analyst of the secretariat (made up)",
  kind: "person",
  roles: ["REGIONAL_ANALYST"],
};

/** Enters an exchange that is being started. It is stopped again when the scenario cannot enter. */
export async function enterExchange(starting: Promise<RunningExchange>): Promise<ScenarioExchange> {
  const running = await starting;
  try {
    const doors = await openUserDoors(running, (participant) =>
      participant === MONITOR ? [ANALYST] : SCENARIO_USERS,
    );
    return {
      get gateway() {
        return running.gateway;
      },
      get participants() {
        return doors();
      },
      stop: () => running.stop(),
    };
  } catch (caught) {
    await running.stop();
    throw caught;
  }
}
