import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { Aggregation, Participant, ParticipantRegister, ParticipantStatus, Role } from "#proto";
import { createLogger, Lifecycle, systemClock, systemTimers } from "#runtime";
import { createRegisterView } from "#trust";
import { toTimestamp } from "#wire";
import type { LookArgs } from "../../../services/regional-monitor/watch/look-procedures.ts";
import { openWatch } from "../../../services/regional-monitor/watch/open-watch.ts";

const logger = createLogger({ name: "test", level: "silent" });

function registerOf(consents: Readonly<Record<string, readonly (keyof typeof Aggregation)[]>>) {
  const about = { status: ParticipantStatus.ACTIVE };
  const regionalBodies = [{ body: "ECOWAS", since: toTimestamp(0), until: undefined }];
  const states = Object.entries(consents).map(([id, given]) =>
    Participant.create({
      ...{ ...about, id, state: id, role: Role.FOCAL_POINT, regionalBodies },
      disclosures: given.map((one) => ({ body: "ECOWAS", aggregation: Aggregation[one] })),
    }),
  );
  const monitor = { ...about, id: "ORG-ECOWAS", role: Role.REGIONAL_MONITOR, regionalBodies };
  const participants = [...states, Participant.create(monitor)];
  return createRegisterView(ParticipantRegister.create({ version: 7n, participants }));
}

test("a monitor watches by name whom the register lets it, by the version of now (TP-WATCH-8)", async () => {
  let register = registerOf({ NE: ["EVENTS"], GH: ["VOLUMES", "TIMELINESS"], TG: ["EVENTS"] });
  const named: (readonly string[])[] = [];
  const looked: (() => void)[] = [];
  const store = {
    call: async (name: string, args: Pick<LookArgs, "named" | "namedInReleases">) => {
      if (name === "lookAgain") return { day: null, isChanged: false };
      if (name !== "watchLook") return undefined;
      named.push(args.named, args.namedInReleases);
      looked.shift()?.();
      return 0;
    },
  };
  const next = () => new Promise<void>((resolve) => looked.push(resolve));
  const run = async (): Promise<void> => {
    const watch = await openWatch({
      ...{ settings: {}, store: store as never, monitor: "ORG-ECOWAS", register: () => register },
      ...{ clock: systemClock, timers: systemTimers, logger },
    });
    const lifecycle = new Lifecycle(logger);
    const done = next();
    watch.gauges(new Registry());
    watch.begin(lifecycle);
    await done;
    await lifecycle.stop();
  };
  await run();
  register = registerOf({ NE: [], GH: ["VOLUMES"], TG: ["EVENTS"] });
  await run();
  expect(named).toEqual([["NE", "TG"], ["GH"], ["TG"], ["GH"]]);
});
