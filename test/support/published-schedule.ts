import { writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { ApiDoor } from "#http";
import { addScheduleSignature, DEFAULT_SCHEDULE_TEXT, draftSchedule } from "#records";
import { loadSigningKey } from "#trust";
import { toTimestamp } from "#wire";
import type { ExchangePaths } from "../../deploy/local/index.ts";

const TIMEOUT_MS = 30_000;
const POLL_MS = 100;

/** Lays the default schedule beside the gateway, as version 1 of two root keys, until it has it. */
export async function publishSchedule({ exchange }: ExchangePaths, door: ApiDoor): Promise<void> {
  const said = { version: 1n, text: DEFAULT_SCHEDULE_TEXT, reason: "An example" };
  const draft = draftSchedule({ ...said, issuedAt: toTimestamp(Date.now()) });
  const roots = await Promise.all(exchange.rootKeys.slice(0, 2).map(loadSigningKey));
  await writeFile(exchange.schedule, roots.reduce(addScheduleSignature, draft));
  const givenUpAt = Date.now() + TIMEOUT_MS;
  while ((await fetch(`${door.url}/schedule`)).status !== 200) {
    if (Date.now() > givenUpAt) throw new TypeError("the schedule was not taken");
    await pause(POLL_MS);
  }
}
