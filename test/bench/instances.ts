import { TracepostError } from "#errors";
import { GatewayInstances } from "../support/gateway-instances.ts";
import { headerOf, traceRequest } from "../support/messages.ts";
import { postgresPrograms, startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { median } from "./machine.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const SENDERS = ["AT", "FR", "NE", "TR"];
const LOOK_MS = 10;

/** How many messages a second two instances take on one store, beside one. */
export const instancesBench: Bench = {
  name: "instances",
  about: "two instances of a gateway on one PostgreSQL beside one",
  run: measureInstances,
};

async function measureInstances({ messages, progress, rounds }: BenchOptions): Promise<Section> {
  const programs = await postgresPrograms();
  if (programs === undefined) {
    throw new TracepostError("MISSING_DEPENDENCY", "there is no PostgreSQL on this machine");
  }
  const postgres = await startTestPostgres(programs);
  const all: { one: number; two: number }[] = [];
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const one = await acceptedPerSecond(postgres, messages, 1);
      const two = await acceptedPerSecond(postgres, messages, 2);
      all.push({ one, two });
      progress(`round ${round}: one ${one.toFixed(0)}/s, two ${two.toFixed(0)}/s`);
    }
  } finally {
    await postgres.stop();
  }
  const ratio = median(all.map(({ one, two }) => two / one)).toFixed(2);
  const of = (which: "one" | "two") => median(all.map((figures) => figures[which])).toFixed(0);
  return {
    title: `Instances on one PostgreSQL, ${messages} messages of four senders, median of ${rounds}`,
    columns: ["", "one instance, messages/s", "two instances, messages/s", "ratio"],
    rows: [["accepted", of("one"), of("two"), ratio]],
    data: { messages, rounds: all },
  };
}

/** Messages a second, from the first that is told as accepted to the last. */
async function acceptedPerSecond(
  postgres: TestPostgres,
  count: number,
  instances: number,
): Promise<number> {
  const ids = [...SENDERS, "BR"];
  const gateways = await GatewayInstances.open(postgres.newPlace(), ids, { confirms: false });
  try {
    const each = Math.ceil(count / SENDERS.length);
    const messages = SENDERS.flatMap((id) => {
      const party = gateways.parties.party(id);
      return Array.from({ length: each }, () => traceRequest(party, ["BR"]));
    });
    await Promise.all(messages.map((message) => gateways.send(message)));
    await Promise.all(Array.from({ length: instances }, () => gateways.start()));
    const known = new Set(messages.map((message) => headerOf(message).messageId));
    while (gateways.acceptedAtMs.size < known.size) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const times = [...gateways.acceptedAtMs.values()].toSorted((a, b) => a - b);
    const tookMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
    return ((times.length - 1) * 1_000) / tookMs;
  } finally {
    await gateways.close();
  }
}
