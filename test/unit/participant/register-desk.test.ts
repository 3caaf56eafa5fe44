import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { RegisterDesk } from "#participant";
import type { Incident } from "#post";
import { createLogger, TRUST_LIMITS } from "#runtime";
import { formatRegisterBundle, generateSigningKey, openBundle, RegisterClient } from "#trust";
import { ManualTime } from "../../support/manual-time.ts";
import {
  entryOf,
  manifestOf,
  RegisterAuthority,
  START_MS,
  statementOf,
} from "../../support/register-authority.ts";

const authority = new RegisterAuthority();
const NE = { identity: generateSigningKey(), header: generateSigningKey() };
const first = authority.issue([entryOf("NE", statementOf("NE", { sequence: 1n, ...NE }))]);

/** A desk of NE on the first version; `fetch` is what the exchange hands out. */
function openDesk(
  fetch: () => Promise<Uint8Array | undefined>,
  own = NE.identity,
  fetchVersion: (version: bigint) => Promise<Uint8Array | undefined> = async () => undefined,
  unseenFile?: string,
) {
  const opened = openBundle(first, authority.roots.set);
  if (!opened.ok) throw new TypeError(opened.refusal.detail);
  const { taken } = opened.value;
  const bytes = formatRegisterBundle(first);
  const inForce = { state: opened.value, view: taken.view, digest: taken.manifest.digest, bytes };
  const client = new RegisterClient([], inForce, { now: () => START_MS + 10 });
  const incidents: Incident[] = [];
  const time = new ManualTime();
  const desk = new RegisterDesk({
    participant: "NE",
    client,
    keep: async () => undefined,
    own: () => ({ participant: "NE", identityKeyIds: [own.keyId] }),
    checkOwnEntry: () => undefined,
    fetch,
    fetchVersion,
    ...(unseenFile === undefined ? {} : { unseenFile }),
    onIncident: async (incident) => {
      incidents.push(incident);
    },
    timers: time,
    logger: createLogger({ name: "NE", level: "silent" }),
  });
  return { client, desk, incidents, time };
}

/** Lets what is fetched settle. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("a version that nobody has costs a bounded number of fetches (TP-REG-9)", async () => {
  let fetches = 0;
  const { desk, time } = openDesk(async () => {
    fetches += 1;
    return formatRegisterBundle(first);
  });
  for (let heard = 0; heard < 50; heard += 1) {
    desk.noteNewer(4_711n);
    await settle();
  }
  expect(fetches, "a flood of messages").toBe(1);
  for (let waited = 0; waited < 40; waited += 1) {
    time.advance(TRUST_LIMITS.registerFetchMs * 2 ** TRUST_LIMITS.registerFetchesMax);
    await settle();
  }
  expect(fetches, "and as long as it takes").toBe(TRUST_LIMITS.registerFetchesMax);
});

test("what could not be had at once is fetched later, and a refused one told (TP-RUN-5)", async () => {
  const previous = manifestOf(first);
  const forged = authority.issue([], { previous, issuedAtMs: START_MS + 1, signers: [] });
  const next = authority.issue([], { previous, issuedAtMs: START_MS + 1 });
  const answers = [undefined, formatRegisterBundle(forged), formatRegisterBundle(next)];
  const { client, desk, incidents, time } = openDesk(async () => answers.shift());
  desk.noteNewer(2n);
  await settle();
  for (let round = 0; round < 3; round += 1) {
    time.advance(TRUST_LIMITS.registerFetchMs * 16);
    await settle();
    await settle();
  }
  expect(client.current.view().version).toBe(2n);
  expect(incidents.map(({ kind }) => kind)).toEqual(["REGISTER_REFUSED", "OWN_ENTRY"]);
  expect(incidents[0]?.detail).toContain("THRESHOLD");
  expect(incidents[1]?.detail).toContain("we are not in the register");
});

test("keys of our own that we have not made are an incident from the start (TP-REG-7)", async () => {
  const { desk, incidents } = openDesk(async () => undefined, generateSigningKey());
  await desk.start();
  expect(incidents).toMatchObject([{ kind: "OWN_ENTRY", sender: "NE" }]);
});

test("our entry is looked at in versions that were passed over, too (TP-REG-16)", async () => {
  const foreign = { identity: generateSigningKey(), header: generateSigningKey() };
  const ours = entryOf("NE", statementOf("NE", { sequence: 1n, ...NE }));
  const theirs = entryOf("NE", statementOf("NE", { sequence: 2n, ...foreign }));
  const after = (before: typeof first, entries: readonly (typeof ours)[], atMs: number) =>
    authority.issue(entries, { previous: manifestOf(before), issuedAtMs: START_MS + atMs });
  const second = after(first, [theirs], 1);
  const third = after(second, [ours], 2);
  const whole = {
    ...third,
    manifests: [...first.manifests, ...second.manifests, ...third.manifests],
  };
  const asked: bigint[] = [];
  const answers = [undefined, formatRegisterBundle(first), formatRegisterBundle(second)];
  const { client, desk, incidents, time } = openDesk(
    async () => formatRegisterBundle(whole),
    NE.identity,
    async (version) => {
      asked.push(version);
      return answers.shift();
    },
  );
  desk.noteNewer(3n);
  for (let round = 0; round < 5; round += 1) {
    await settle();
    await settle();
    time.advance(TRUST_LIMITS.registerFetchMs * 16);
  }
  expect(client.current.view().version).toBe(3n);
  expect(asked, "in vain, then another version, then this one").toEqual([2n, 2n, 2n]);
  expect(incidents).toMatchObject([{ kind: "OWN_ENTRY", sender: "NE" }]);
  expect(incidents[0]?.detail).toContain("version 2, while we were away");
  await desk.stop();
});

test("a version that is kept back, or is another one, is told in the end (TP-REG-16)", async () => {
  const ours = entryOf("NE", statementOf("NE", { sequence: 1n, ...NE }));
  const after = (before: typeof first, atMs: number) =>
    authority.issue([ours], { previous: manifestOf(before), issuedAtMs: START_MS + atMs });
  const second = after(first, 1);
  const third = after(second, 2);
  const fourth = after(third, 3);
  const all = [first, second, third, fourth];
  const whole = { ...fourth, manifests: all.flatMap(({ manifests }) => manifests) };
  const asked: bigint[] = [];
  const { desk, incidents, time } = openDesk(
    async () => formatRegisterBundle(whole),
    NE.identity,
    async (version) => {
      asked.push(version);
      return version === 2n ? undefined : formatRegisterBundle(second);
    },
  );
  desk.noteNewer(4n);
  for (let round = 0; round < 2 * TRUST_LIMITS.registerFetchesMax; round += 1) {
    await settle();
    await settle();
    time.advance(TRUST_LIMITS.registerFetchMs * 2 ** TRUST_LIMITS.registerFetchesMax);
  }
  expect(asked.filter((version) => version === 2n)).toHaveLength(
    TRUST_LIMITS.registerFetchesMax + 1,
  );
  expect(incidents.map(({ kind }) => kind)).toEqual(["REGISTER_REFUSED", "REGISTER_REFUSED"]);
  expect(incidents[0]?.detail).toContain("version 2, while we were away: our entry could not");
  expect(incidents[1]?.detail).toContain("is another version 3");
  await desk.stop();
});

test("versions to be looked at outlast a stop (TP-REG-16)", async () => {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-unseen-"));
  try {
    const ours = entryOf("NE", statementOf("NE", { sequence: 1n, ...NE }));
    const previous = manifestOf(first);
    const second = authority.issue([ours], { previous, issuedAtMs: START_MS + 1 });
    const last = { previous: manifestOf(second), issuedAtMs: START_MS + 2 };
    const third = authority.issue([ours], last);
    const all = [first, second, third];
    const whole = { ...third, manifests: all.flatMap(({ manifests }) => manifests) };
    const asked: string[] = [];
    const unseen = join(dir, "unseen.txt");
    const open = (when: string, answer: Uint8Array | undefined) => {
      const fetchVersion = async (version: bigint) => {
        asked.push(`${when} ${version}`);
        return answer;
      };
      return openDesk(async () => formatRegisterBundle(whole), NE.identity, fetchVersion, unseen);
    };
    const stalled = open("before", undefined);
    stalled.desk.noteNewer(3n);
    await vi.waitFor(() => expect(asked).toEqual(["before 2"]));
    await stalled.desk.stop();
    const later = open("after", formatRegisterBundle(second));
    await later.desk.start();
    await vi.waitFor(() => expect(asked).toEqual(["before 2", "after 2"]));
    expect(await readFile(unseen, "utf8"), "version 3, which vouches for it, is not here").toBe(
      "2",
    );
    later.desk.noteNewer(3n);
    await vi.waitFor(async () => expect(await readFile(unseen, "utf8")).toBe(""));
    expect(later.incidents).toEqual([]);
    await later.desk.stop();
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
