import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { createLogger, Lifecycle, TLS_LIMITS } from "#runtime";
import { makeAuthority } from "../../../deploy/local/certificates/issue.ts";
import { serviceAttention } from "../../../lib/participant/attention.ts";
import { openOwnCertificates } from "../../../lib/participant/own-certificates.ts";

const DAY_MS = 86_400_000;

test("a service tells of its own certificates that end soon or are over (TP-OPS-20)", async () => {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-own-certificates-"));
  const logger = createLogger({ name: "test", level: "silent" });
  const said: unknown[] = [];
  let nowMs = Date.UTC(2026, 0, 1);
  const lifecycle = new Lifecycle(logger);
  try {
    const [certFile, caFile] = [join(dir, "door.pem"), join(dir, "ca.pem")];
    await writeFile(certFile, (await makeAuthority("NE", nowMs)).certificate);
    await writeFile(caFile, "none");
    const tls = { certFile, keyFile: certFile, caFile };
    const config = { natsTls: tls, http: { host: "127.0.0.1", port: 0, tls } };
    const told = { warn: (about: unknown) => said.push(about) } as never;
    const clock = { now: () => nowMs };
    const own = await openOwnCertificates({ config, clock, logger: told }, lifecycle);
    expect(own.due).toEqual([{ file: caFile, detail: "cannot be read", isOver: true }]);
    await own.look();
    expect(said).toHaveLength(1);
    nowMs += (TLS_LIMITS.authorityDays - TLS_LIMITS.renewDays + 1) * DAY_MS;
    await own.look();
    expect(said).toHaveLength(3);
    const metrics = new Registry();
    own.addGauge(metrics, "focal_point");
    expect(await metrics.metrics()).toContain("tracepost_focal_point_certificates_due 2");
    const post = { waiting: [], missing: [], incidents: [] };
    const glance = {
      connected: true,
      consuming: true,
      incidents: {},
      webhooks: [],
      newestChange: 0,
    };
    const alerts = serviceAttention(
      { ...glance, post: post as never, dueCertificates: own.due },
      [],
      nowMs,
    );
    expect(alerts.map(({ level, what }) => `${level} ${what}`)).toEqual([
      "stuck Our certificate in ca.pem cannot be read.",
      expect.stringMatching(/^look Our certificate in door\.pem of NE ends at .* days\.$/u),
    ]);
  } finally {
    await lifecycle.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
