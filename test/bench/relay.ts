// The floor: a relay over the same accounts, under the gateway's own rights, that does nothing but
// the two publishes a message costs. It reports how long it took from the first to the last.
// BENCH_CLIENT says with which client: `stock`, the JetStream client as it comes, or `own`, the
// product's leaner publisher and pull loop (lib/bus).
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AckPolicy, type ConsumerInfo, jetstream } from "@nats-io/jetstream";
import { connect, credsAuthenticator } from "nats";
import { connectBus } from "#bus";
import { createLogger, GATEWAY_LIMITS, NATS_LIMITS } from "#runtime";
import { gatewayConsumer, outStream, type Publication } from "#wire";

interface Inbound {
  readonly data: Uint8Array;
  ack(): void;
}

/** The two things the relay needs of a client. */
interface RelayClient {
  publish(publication: Publication): Promise<unknown>;
  consume(stream: string, consumer: string, take: (message: Inbound) => void): Promise<unknown>;
  close(): Promise<void>;
}

const configFile = process.argv[3] ?? "";
const config = JSON.parse(await readFile(configFile, "utf8"));
/** As every path of a configuration: from the folder of its file. */
const credsFile = resolve(dirname(configFile), config.credsFile);
const { BENCH_CLIENT, BENCH_PARTICIPANTS = "", BENCH_MESSAGES = "0" } = process.env;
const receiptBytes = Buffer.alloc(Number(process.env.BENCH_RECEIPT_BYTES ?? "0"), 1);
const participants = BENCH_PARTICIPANTS.split(",");
const expected = Number(BENCH_MESSAGES);

async function stockClient(): Promise<RelayClient> {
  const connection = await connect({
    servers: config.natsUrl,
    authenticator: credsAuthenticator(await readFile(credsFile)),
    inboxPrefix: "_I.gateway",
  });
  const client = jetstream(connection);
  return {
    publish: ({ subject, data, transportId }) =>
      client.publish(subject, data, { msgID: transportId }),
    consume: async (stream, name, take) => {
      // As the client would ask of it: the gateway's user has no right to look at a consumer.
      const config = { ack_policy: AckPolicy.Explicit, durable_name: name };
      const info = { stream_name: stream, name, config } as ConsumerInfo;
      const consumer = client.consumers.getConsumerFromInfo(info);
      await consumer.consume({ max_messages: NATS_LIMITS.unacknowledgedMax, callback: take });
    },
    close: () => connection.close(),
  };
}

function ownClient(): Promise<RelayClient> {
  return connectBus({
    servers: config.natsUrl,
    credsFile,
    name: "relay",
    inboxPrefix: "_I.gateway",
    logger: createLogger({ name: "relay", level: "silent" }),
    publishInFlightMax: GATEWAY_LIMITS.publishInFlightMax,
  });
}

const client = BENCH_CLIENT === "own" ? await ownClient() : await stockClient();
let startedAt = 0;
let done = 0;
let taken = 0;

async function relay(sender: string, recipient: string, message: Inbound): Promise<void> {
  if (startedAt === 0) startedAt = performance.now();
  taken += 1;
  const id = String(taken);
  await Promise.all([
    client.publish({
      subject: `tp.in.${recipient}.normal.trace-request`,
      data: message.data,
      transportId: `${id}.d`,
    }),
    client.publish({
      subject: `tp.in.${sender}.normal.receipt`,
      data: receiptBytes,
      transportId: `${id}.r`,
    }),
  ]);
  message.ack();
  done += 1;
  if (done < expected) return;
  process.send?.({ type: "relayed", elapsedMs: performance.now() - startedAt });
}

const half = participants.length / 2;
for (const [position, sender] of participants.slice(0, half).entries()) {
  const recipient = participants[half + position] ?? sender;
  await client.consume(outStream(sender), gatewayConsumer("normal"), (message) => {
    relay(sender, recipient, message).catch((caught: unknown) => {
      process.stderr.write(`relay: ${String(caught)}\n`);
      process.exit(1);
    });
  });
}
process.send?.({ type: "ready", url: "http://127.0.0.1:0" });
const stop = (): void => {
  void client.close().then(() => process.exit());
};
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
