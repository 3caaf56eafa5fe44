// The floor: a relay over the same accounts, under the gateway's own rights, that does nothing but
// the two publishes a message costs. It reports how long it took from the first to the last.
import { readFile } from "node:fs/promises";
import { connectBus } from "#bus";
import { createLogger, GATEWAY_LIMITS } from "#runtime";
import { gatewayConsumer, outStream } from "#wire";

const config = JSON.parse(await readFile(process.argv[3] ?? "", "utf8"));
const { BENCH_PARTICIPANTS = "", BENCH_MESSAGES = "0", BENCH_RECEIPT_BYTES = "0" } = process.env;
const participants = BENCH_PARTICIPANTS.split(",");
const expected = Number(BENCH_MESSAGES);
const receiptBytes = Buffer.alloc(Number(BENCH_RECEIPT_BYTES), 1);

const transport = await connectBus({
  servers: config.natsUrl,
  credsFile: config.credsFile,
  name: "relay",
  inboxPrefix: "_I.gateway",
  logger: createLogger({ name: "relay", level: "silent" }),
  publishInFlightMax: GATEWAY_LIMITS.publishInFlightMax,
});
let startedAt = 0;
let done = 0;
let next = 0;
for (const [position, sender] of participants.entries()) {
  const recipient = participants[(position + 1) % participants.length] ?? sender;
  await transport.consume(outStream(sender), gatewayConsumer("normal"), (message) => {
    if (startedAt === 0) startedAt = performance.now();
    next += 1;
    const id = String(next);
    Promise.all([
      transport.publish({
        subject: `tp.in.${recipient}.normal.trace-request`,
        data: message.data,
        transportId: `${id}.d`,
      }),
      transport.publish({
        subject: `tp.in.${sender}.normal.receipt`,
        data: receiptBytes,
        transportId: `${id}.r`,
      }),
    ]).then(
      () => {
        message.ack();
        done += 1;
        if (done === expected) {
          process.send?.({ type: "relayed", elapsedMs: performance.now() - startedAt });
        }
      },
      (caught: unknown) => process.stderr.write(`${String(caught)}\n`),
    );
  });
}
process.send?.({ type: "ready", url: "http://127.0.0.1:0" });
const stop = (): void => {
  void transport.close().then(() => process.disconnect?.());
};
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
