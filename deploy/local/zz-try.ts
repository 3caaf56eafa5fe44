import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectBus, readServerReport } from "#bus";
import { createLogger } from "#runtime";
import { ExchangePaths } from "./folder/exchange-paths.ts";
import { writePrivateFile } from "./folder/private-files.ts";
import { issueAuthority } from "./provision/authority.ts";
import {
  credentialsFile,
  readIssuedTokens,
  readStoragePlan,
  writeAuthority,
} from "./provision/authority-files.ts";
import { provisionStreams } from "./provision/provision-streams.ts";
import { serverConfigText } from "./provision/server-config.ts";
import { planStorage } from "./provision/storage-plan.ts";

const ids = (process.argv[2] ?? "NE,BR,US").split(",");
const dir = await mkdtemp(join(tmpdir(), "tp-"));
const paths = new ExchangePaths(dir);
let t = performance.now();
const lap = (n: string) => {
  console.log(n, Math.round(performance.now() - t));
  t = performance.now();
};
const plan = planStorage(ids.length, 40e9);
const auth = await issueAuthority(ids, plan);
lap("issue");
await writeAuthority(paths, auth, plan);
lap("write");
const tokens = await readIssuedTokens(paths);
lap("read");
const storage = await readStoragePlan(paths);
await writePrivateFile(
  paths.nats.serverConfig,
  serverConfigText({ paths, exchangeId: "x", port: 14222, tokens, storage }),
);
const child = spawn(
  process.env.HOME + "/.cache/tracepost/nats-server-2.15.1/usr/sbin/nats-server",
  ["-c", paths.nats.serverConfig],
  { stdio: ["ignore", "inherit", "inherit"] },
);
try {
  const opts = {
    paths,
    natsUrl: "nats://127.0.0.1:14222",
    participants: ids,
    streamBytes: plan.streamBytes,
  };
  await provisionStreams(opts);
  lap("provision");
  await provisionStreams(opts);
  lap("again");
  console.log(
    await readServerReport({
      servers: opts.natsUrl,
      credsFile: credentialsFile(paths, "SYS", "operator"),
      name: "op",
      inboxPrefix: "_I.operator",
    }),
  );
  const logger = createLogger({ name: "t", level: "info" });
  const p = ids[0]!;
  const ne = await connectBus({
    servers: opts.natsUrl,
    credsFile: credentialsFile(paths, p, p),
    name: p,
    inboxPrefix: `_I.${p}`,
    logger,
  });
  const gw = await connectBus({
    servers: opts.natsUrl,
    credsFile: credentialsFile(paths, "CORE", "gateway"),
    name: "gw",
    inboxPrefix: `_I.gateway`,
    logger,
    publishInFlightMax: 1000,
  });
  await ne.publish({
    subject: `tp.out.${p}.urgent.trace-request`,
    data: new Uint8Array(10),
    transportId: "a.1",
  });
  lap("pub1");
  const N = 20000;
  const body = new Uint8Array(1500);
  await Promise.all(
    Array.from({ length: N }, (_, i) =>
      ne.publish({
        subject: `tp.out.${p}.normal.trace-request`,
        data: body,
        transportId: `m${i}.1`,
      }),
    ),
  );
  lap(`publish ${N}`);
  let n = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const q = ids[1]!;
  const cpu = process.cpuUsage();
  const c = await gw.consume(`OUT_${p}`, "gw-normal", (m) => {
    n++;
    const k = n;
    gw.publish({
      subject: `tp.in.${q}.normal.trace-request`,
      data: m.data,
      transportId: `r${k}`,
    }).then(
      () => {
        m.ack();
        if (k === N) resolve();
      },
      (e) => console.log(e),
    );
  });
  await promise;
  lap(`relay ${N}`);
  const used = process.cpuUsage(cpu);
  console.log("cpu us/msg", (used.user + used.system) / N);
  await c.stop();
  const qq = await connectBus({
    servers: opts.natsUrl,
    credsFile: credentialsFile(paths, q, q),
    name: q,
    inboxPrefix: `_I.${q}`,
    logger,
  });
  let m2 = 0;
  const d2 = Promise.withResolvers<void>();
  await qq.consume("IN", "in-normal", (m) => {
    m2++;
    m.ack();
    if (m2 === N) d2.resolve();
  });
  await d2.promise;
  lap(`consume ${N}`);
  await ne
    .publish({ subject: `tp.in.${q}.normal.trace-request`, data: body, transportId: "x" })
    .catch((e) => console.log("refused:", e.message));
  await qq.close();
  await ne.close();
  await gw.close();
  lap("close");
} finally {
  child.kill("SIGTERM");
}
