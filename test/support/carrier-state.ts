import { createInbox } from "nats";
import { connectStreamAdmin, type StreamAdmin } from "#bus";
import { credentialsFile } from "../../deploy/local/provision/authority-files.ts";
import type { Attacker } from "./nats-attacker.ts";
import type { TestCarrier } from "./nats-carrier.ts";

/** Asks the inbox of whoever connects for messages. */
export const PULL = "$JS.API.CONSUMER.MSG.NEXT.IN.in-normal";
/** One message, or at once the word that there is none. */
export const PULL_ONE = JSON.stringify({ batch: 1, no_wait: true });
/** Asks an outbox for messages, as the gateway does. */
export const takeFrom = (outbox: string) => `$JS.API.CONSUMER.MSG.NEXT.${outbox}.gw-normal`;

/** Asks for a message and waits for it, or for the word that there is none. */
export async function pullOne(
  { connection }: Attacker,
  subject = PULL,
  user = "NE",
): Promise<void> {
  const reply = createInbox(`_I.${user}`);
  const { promise, resolve } = Promise.withResolvers<void>();
  const subscription = connection.subscribe(reply, { callback: () => resolve() });
  connection.publish(subject, PULL_ONE, { reply });
  await promise;
  subscription.unsubscribe();
}

/** Looks at the streams of an account; the caller closes it. */
export function stewardOf(carrier: TestCarrier, account: string): Promise<StreamAdmin> {
  return connectStreamAdmin({
    servers: carrier.url,
    credsFile: credentialsFile(carrier.paths, account, "steward"),
    name: "test.steward",
    inboxPrefix: "_I.steward",
  });
}

/** Messages in a stream; -1 when there is no such stream. */
export async function messages(
  carrier: TestCarrier,
  account: string,
  stream: string,
): Promise<number> {
  const admin = await stewardOf(carrier, account);
  try {
    return (await admin.streamState(stream))?.messages ?? -1;
  } finally {
    await admin.close();
  }
}

/** Settings and counts of both outboxes and BR's inbox, and the names of all streams of CORE. */
export async function everyState(carrier: TestCarrier): Promise<unknown[]> {
  const names = ["OUT_NE", "OUT_BR"];
  const core = await carrier.raw("CORE", "provisioner");
  const states: unknown[] = [];
  for (const subject of [
    ...names.map((name) => `$JS.API.STREAM.INFO.${name}`),
    ...names.map((name) => `$JS.API.CONSUMER.INFO.${name}.gw-normal`),
    "$JS.API.STREAM.INFO.EVIL",
  ]) {
    const answer = (await core.request(subject)).json<Record<string, Record<string, unknown>>>();
    const { config, state, error } = answer;
    states.push({ config, error, messages: state?.messages, consumers: state?.consumer_count });
  }
  await core.close();
  return [...states, await messages(carrier, "BR", "IN")];
}

/** Messages in the outboxes and inboxes of NE and BR. */
export async function everyCount(carrier: TestCarrier): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [account, stream] of [
    ["CORE", "OUT_NE"],
    ["CORE", "OUT_BR"],
    ["NE", "IN"],
    ["BR", "IN"],
  ] as const) {
    counts[`${account}/${stream}`] = await messages(carrier, account, stream);
  }
  return counts;
}

/** Up to where the normal lane of an outbox is acknowledged, and what waits in it. */
export async function floorOf(carrier: TestCarrier, outbox: string): Promise<unknown> {
  const admin = await stewardOf(carrier, "CORE");
  try {
    return await admin.consumerState(outbox, "gw-normal");
  } finally {
    await admin.close();
  }
}
