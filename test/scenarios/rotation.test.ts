import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_POLICY_TEXT } from "#policy";
import { Envelope, LogEntry, LogEvidence } from "#proto";
import { KeyChanges } from "../support/key-changes.ts";
import { LoadedExchange, STATES } from "../support/loaded-exchange.ts";
import { readRows } from "../support/stored-post.ts";

/** Pause of a State between two requests, in milliseconds: the rate. */
const PAUSE_MS = Number(process.env.TRACEPOST_ROTATION_PAUSE_MS ?? 25);
/** Requests that are taken between two changes. */
const BETWEEN = Number(process.env.TRACEPOST_ROTATION_BETWEEN ?? 6);

let loaded: LoadedExchange;
let keys: KeyChanges;

beforeAll(async () => {
  loaded = await LoadedExchange.open({ requestsMax: 10_000, pauseMs: PAUSE_MS });
  keys = await KeyChanges.open(loaded.exchange);
});

afterAll(async () => {
  await keys?.close();
  await loaded.close();
});

/** Versions of the policy that messages were decided under. */
async function policies(): Promise<number[]> {
  const file = join(loaded.exchange.paths.gateway.dir, "gateway.sqlite");
  const rows = await readRows(file, (all) =>
    all<{ version: number }>("SELECT DISTINCT policy_version AS version FROM messages"),
  );
  return rows.map(({ version }) => version);
}

/** Versions of the register under which messages of AT were accepted that a key has signed. */
async function versionsUnder(keyId: string): Promise<bigint[]> {
  const found: bigint[] = [];
  for (const state of STATES) {
    const file = join(loaded.exchange.paths.participant(state).dir, "focal-point.sqlite");
    const rows = await readRows(file, (all) =>
      all<{ envelope: Uint8Array; evidence: Uint8Array }>(
        "SELECT envelope, evidence FROM post_inbox WHERE sender = 'AT'",
      ),
    );
    for (const { envelope, evidence } of rows) {
      if (Envelope.decode(envelope).signatures[0]?.keyId !== keyId) continue;
      found.push(LogEntry.decode(LogEvidence.decode(evidence).entry).registerVersion);
    }
  }
  return found;
}

test("every kind of key and the policy change under load: nothing is lost or refused (TP-KEY-1)", async () => {
  loaded.startLoad();
  await loaded.untilSubmitted(BETWEEN);
  const [old = ""] = await keys.headerKeysOf("AT");
  let revokedIn = 0n;
  const changes: readonly (readonly [string, () => Promise<void>])[] = [
    // First: what a cut connection had taken comes again after half a minute.
    ["credentials", () => keys.renewCredentials("AT", "BE", "BR", "GATEWAY")],
    ["policy", () => keys.changePolicy(2n, `${DEFAULT_POLICY_TEXT}\n`)],
    ["signing and sealing key", () => keys.renew("AT", "header", "sealing")],
    [
      "signing key revoked",
      async () => {
        await keys.revoke("AT", [old]);
        revokedIn = keys.version;
      },
    ],
    ["identity key", () => keys.renew("BE", "identity", "header")],
    ["keys of the exchange", () => keys.renewExchange()],
    ["root keys", () => keys.renewRoots()],
    ["signing key, by the new root keys", () => keys.renew("BR", "header", "sealing")],
  ];
  const startedAt = performance.now();
  for (const [what, change] of changes) {
    const at = performance.now();
    await change();
    await loaded.untilSubmitted(BETWEEN);
    process.stdout.write(`${what}: ${Math.round(performance.now() - at)} ms\n`);
  }
  await loaded.stopLoad();
  const loadedMs = performance.now() - startedAt;
  await loaded.drained();
  const after = await loaded.aftermath();
  process.stdout.write(
    `${after.messages} messages of ${STATES.length} States in ${Math.round(loadedMs / 1_000)} s, ` +
      `${after.lost} lost, ${after.duplicated} doubled\n`,
  );
  expect(after.problems).toEqual([]);
  expect(await policies()).toContain(2);
  const under = await versionsUnder(old);
  expect(under.length).toBeGreaterThan(0);
  expect(under.filter((version) => version >= revokedIn)).toEqual([]);
  expect(after).toMatchObject({ lost: 0, duplicated: 0, receipted: after.messages });
}, 300_000);
