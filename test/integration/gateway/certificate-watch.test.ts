import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TLS_LIMITS } from "#runtime";
import { makeAuthority } from "../../../deploy/local/certificates/issue.ts";
import { CertificateWatch } from "../../../gateway/certificate-watch.ts";
import { addEventGauges } from "../../../gateway/event-gauges.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { makeParties } from "../../support/parties.ts";

const DAY_MS = 86_400_000;

let folder: string;
let bench: GatewayBench;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-certificates-"));
  bench = await openGatewayBench(makeParties([{ id: "NE" }]));
});

afterEach(async () => {
  await bench.close();
  await rm(folder, { recursive: true, force: true });
});

test("a certificate that ends soon is an event, once a day until it is renewed (TP-OPS-20)", async () => {
  const [good, broken] = [join(folder, "ca.pem"), join(folder, "door.pem")];
  await writeFile(good, (await makeAuthority("Test", bench.nowMs)).certificate);
  await writeFile(broken, "no certificate");
  const { clock, logger, store } = bench;
  const watch = new CertificateWatch({ files: [good, broken], store, clock, logger });
  const open = async () => {
    const all = { before: null, isOpen: true, participant: null, limit: 10 };
    const events = await store.call("listEvents", { ...all, kind: "CERTIFICATE_EXPIRY" });
    return events.map(({ count, detail, subject }) => ({ count, detail, subject }));
  };
  await watch.look();
  await watch.look();
  expect(await open()).toEqual([{ count: 1, detail: "cannot be read", subject: "door.pem" }]);

  bench.nowMs += (TLS_LIMITS.authorityDays - TLS_LIMITS.renewDays + 1) * DAY_MS;
  await writeFile(broken, (await makeAuthority("New", bench.nowMs)).certificate);
  await watch.look();
  const soon = {
    count: 1,
    subject: "ca.pem",
    detail: expect.stringMatching(/Test ends at .* days/),
  };
  expect(await open()).toContainEqual(soon);

  bench.nowMs += TLS_LIMITS.renewDays * DAY_MS;
  await watch.look();
  const over = { count: 2, subject: "ca.pem", detail: expect.stringContaining("Test ended at") };
  expect(await open()).toContainEqual(over);
  const registry = new Registry();
  addEventGauges(registry, store);
  const metric = 'tracepost_gateway_operator_events_total{kind="CERTIFICATE_EXPIRY"} 3';
  expect(await registry.metrics()).toContain(metric);
});
