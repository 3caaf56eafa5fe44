import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  addPolicySignature,
  DEFAULT_POLICY_TEXT,
  draftPolicy,
  loadPolicy,
  openPolicy,
} from "#policy";
import { Boundness, ExchangeStatus, ParticipantStatus, Role } from "#proto";
import { loadSigningKey, saveProtectedKey, savePublicKey, saveSigningKey } from "#trust";
import { toTimestamp } from "#wire";
import { ExchangePaths, initExchange } from "../../../deploy/local/index.ts";
import { openGatewayBench } from "../../support/gateway-bench.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { traceRequest } from "../../support/messages.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { makeParties, reissue, withParticipant } from "../../support/parties.ts";

const NO_TESTS = `${DEFAULT_POLICY_TEXT}
@id("LOCAL-1")
@title("No tests on this exchange")
@code("NOT_PERMITTED")
@field("header.status")
forbid (principal, action == Action::"TRACE_REQUEST", resource)
when { context.status == Status::"TEST" };
`;

const parties = makeParties([
  { id: "NE" },
  { id: "BR" },
  { id: "DE", boundness: Boundness.SIGNATORY },
  { id: "NE-CUSTOMS", role: Role.BORDER_AGENCY },
]);
let data: string;
let draft: string;
let place: string;
let key: string;
/** When the gateway took the second version of the register. */
let takenAtMs = 0;

const HOUR_MS = 3_600_000;

/** A version of the register in which BR is suspended. */
const withoutBrazil = (version: bigint) =>
  reissue(parties, parties.registerBytes, (register) => ({
    ...withParticipant(register, "BR", () => ({ status: ParticipantStatus.SUSPENDED })),
    version,
  }));

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "tracepost-policy-"));
  const root = join(data, "exchange", "root", "root-1.pub");
  await mkdir(dirname(root), { recursive: true });
  await mkdir(join(data, "gateway"));
  await savePublicKey(root, parties.root);
  key = join(data, "root-1.key");
  await saveSigningKey(key, parties.root);
  await writeFile(join(data, "exchange", "register.bin"), parties.registerBytes);
  place = join(data, "exchange", "policy.bin");
  const issuedAt = toTimestamp(Date.now());
  const first = draftPolicy({ version: 1n, issuedAt, text: DEFAULT_POLICY_TEXT, reason: "First" });
  await writeFile(place, addPolicySignature(first, parties.root));
  draft = join(data, "draft.cedar");
  await writeFile(draft, NO_TESTS);
});

afterAll(async () => {
  await rm(data, { recursive: true, force: true });
});

async function json(...args: string[]) {
  const { code, err, out } = await tracepost([...args, "--json"]);
  return { code, said: out === "" ? JSON.parse(err).error : JSON.parse(out) };
}

describe("looking at a policy before it is activated (TP-POLICY-8)", () => {
  test("explains a refusal with the rule and its line", async () => {
    const about = [
      "--data",
      data,
      "--kind",
      "TRACE_REQUEST",
      "--from",
      "NE",
      "--instrument",
      "ITI",
    ];
    const routed = await json("policy", "explain", ...about, "--to", "BR");
    expect(routed.said).toMatchObject({
      refusal: null,
      recipients: [
        { recipient: "BR", outcome: "routed", permits: [{ id: "TRACE-1" }], forbids: [] },
      ],
    });
    const { said } = await json("policy", "explain", ...about, "--to", "DE");
    const line = said.recipients[0].forbids[0].line;
    expect(said.recipients[0].forbids[0]).toMatchObject({ id: "TRACE-4", effect: "forbid" });
    expect(DEFAULT_POLICY_TEXT.split("\n")[line - 1]).toBe('@id("TRACE-4")');
    const { out } = await tracepost(["policy", "explain", ...about, "--to", "DE"]);
    expect(out).toContain(`forbid TRACE-4, line ${line}`);
  });

  test("says who could send what to whom on a day", async () => {
    const about = ["--data", data, "--kind", "TRACE_REQUEST"];
    const { said } = await json("policy", "explain", ...about);
    const pairs = [
      ["NE", "BR"],
      ["BR", "NE"],
    ];
    expect(said.reach).toContainEqual({
      kind: "TRACE_REQUEST",
      when: { instruments: "ITI", recipients: "1" },
      pairs,
    });
    const before = await json("policy", "explain", ...about, "--on", "2019-01-01");
    expect(before.said.reach.flatMap((one: { pairs: unknown[] }) => one.pairs)).toEqual([]);
    expect((await json("policy", "explain", ...about, "--on", "soon")).code).toBe(2);
    expect((await json("policy", "explain", "--data", data, "--kind", "TRACE")).code).toBe(2);
  });

  test("says which pairs a change closes, and in which circumstance", async () => {
    const { said } = await json("policy", "diff", place, draft, "--data", data);
    expect(said.changes).toEqual([
      {
        change: "closed",
        kind: "TRACE_REQUEST",
        when: expect.objectContaining({ status: "TEST", instruments: "ITI" }),
        pairs: [
          ["NE", "BR"],
          ["BR", "NE"],
        ],
      },
    ]);
    const back = await tracepost(["policy", "diff", draft, "default", "--data", data]);
    expect(back.out).toContain("opened TRACE_REQUEST");
    const same = await tracepost(["policy", "diff", place, "default", "--data", data]);
    expect(same.out).toBe("No pair is opened or closed.\n");
  });

  test("holds a policy against the expectations that the specification shows", async () => {
    const page = await readFile(new URL("../../../docs/spec/policy.md", import.meta.url), "utf8");
    const example = /```yaml\n(given:[\s\S]*?)```/.exec(page)?.[1] ?? "";
    const file = join(data, "expectations.yaml");
    await writeFile(file, example);
    const met = await tracepost(["policy", "test", file]);
    expect(met).toMatchObject({ code: 0, out: "4 of 4 expectations are met.\n" });
    await writeFile(file, example.replace("outcome: routed", "outcome: NOT_PERMITTED"));
    const unmet = await json("policy", "test", file);
    expect(unmet.code).toBe(6);
    expect(unmet.said.results[0]).toMatchObject({ isMet: false, got: "routed" });
    await writeFile(file, "expect: 3");
    expect((await json("policy", "test", file)).code).toBe(2);
  });

  test("replays what a gateway has decided under the register of then, and changes nothing", async () => {
    const bench = await openGatewayBench(parties);
    try {
      const register = parties.registerBytes;
      const first = { version: 1, digest: new Uint8Array(32), register, pins: null };
      await bench.store.call("keepFirstRegister", { ...first, nowMs: bench.nowMs, by: "file" });
      for (const status of [ExchangeStatus.ACTUAL, ExchangeStatus.TEST]) {
        await bench.send(traceRequest(parties.party("NE"), ["BR"], { status }));
      }
      // Recorded under a version that is kept nowhere.
      await bench.change({ ...parties.register, version: 7n });
      await bench.send(traceRequest(parties.party("NE"), ["BR"]));
      takenAtMs = bench.nowMs + HOUR_MS;
      const second = { ...first, version: 2, register: withoutBrazil(2n) };
      await bench.store.call("recordRegister", { ...second, nowMs: takenAtMs, by: "records" });
      const copy = join(data, "gateway", "gateway.sqlite");
      await cp(bench.file, copy);
      await cp(`${bench.file}-wal`, `${copy}-wal`);
    } finally {
      await bench.close();
    }
    const { said } = await json("policy", "simulate", draft, "--data", data);
    expect(said).toMatchObject({ replayed: 3, changed: 2, registerVersions: [1] });
    expect(said).toMatchObject({ underAnotherRegister: 1 });
    expect(said.first[0]).toMatchObject({
      was: "accepted",
      wouldBe: "NOT_PERMITTED",
      sender: "NE",
    });
    const today = join(data, "exchange", "register.bin");
    await writeFile(today, withoutBrazil(1n));
    const { out } = await tracepost(["policy", "simulate", "default", "--data", data]);
    await writeFile(today, parties.registerBytes);
    expect(out).toContain("accepted, would be RECIPIENT_SUSPENDED");
    expect(out).toContain(
      "3 decisions replayed, 1 would be another.\n" +
        "1 of them under the register of the folder: theirs is not kept.\n",
    );
  });

  test("explains a past moment under the register that the gateway had in force then", async () => {
    const message = ["--kind", "TRACE_REQUEST", "--from", "NE", "--to", "BR"];
    const about = ["--data", data, ...message, "--instrument", "ITI", "--on"];
    const on = (ms: number) => json("policy", "explain", ...about, new Date(ms).toISOString());
    const before = (await on(takenAtMs - 1)).said;
    expect(before).toMatchObject({ registerVersion: "1", policyVersion: "1", refusal: null });
    expect((await on(takenAtMs)).said).toMatchObject({
      registerVersion: "2",
      refusal: { code: "RECIPIENT_SUSPENDED" },
    });
    const { out } = await tracepost(["policy", "explain", ...about, "2021-01-01"]);
    expect(out).toContain("Under register version 1, policy version 1.");
  });
});

describe("changing a policy (TP-POLICY-8)", () => {
  test("is drafted, signed, tried and then published, in two steps", async () => {
    const out = join(data, "policy-2.bin");
    const words = ["--key", key, "--out", out];
    expect((await json("policy", "sign", draft, ...words)).said.code).toBe("USAGE");
    const about = ["--policy-version", "2", "--reason", "No tests"];
    const signed = await json("policy", "sign", draft, ...words, ...about);
    expect(signed.said).toMatchObject({ version: "2", signatures: [parties.root.keyId] });
    const before = await readFile(place);
    const dry = await tracepost(["policy", "publish", out, "--data", data, "--dry-run"]);
    expect(dry.out).toContain("Version 2 would be put in force: 0 pairs opened, 2 closed.");
    expect(await readFile(place)).toEqual(before);
    expect((await json("policy", "publish", out, "--data", data)).said.published).toBe(true);
    const signers = { keys: [parties.root.publicKey], threshold: 1 };
    expect(openPolicy(await readFile(place), signers).ok).toBe(true);
    const again = await json("policy", "publish", out, "--data", data);
    expect(again).toMatchObject({ code: 2, said: { code: "INPUT_INVALID" } });
  });

  test("takes as many root keys as the gateway's own configuration asks for", async () => {
    const dataDir = join(data, "three-roots");
    await initExchange({ dataDir, participants: specsOf(["NE", "BR"]) });
    const { exchange, gateway } = new ExchangePaths(dataDir);
    const [first = "", second = ""] = exchange.rootKeys;
    const out = join(dataDir, "policy-2.bin");
    const about = ["--policy-version", "2", "--reason", "No tests", "--out", out];
    await json("policy", "sign", draft, "--key", first, ...about);
    const refused = await json("policy", "publish", out, "--data", dataDir);
    expect(refused).toMatchObject({ code: 2, said: { code: "INPUT_INVALID" } });
    expect(refused.said.problems.join(" ")).toContain("hold 1 of the 2 root keys that must sign");
    const [guarded, passphrase] = [join(dataDir, "second.key"), join(dataDir, "passphrase")];
    await saveProtectedKey(guarded, await loadSigningKey(second), "of the second", "service");
    await writeFile(passphrase, "of the second\n", { mode: 0o600 });
    const under = ["--passphrase-file", passphrase];
    await json("policy", "sign", out, "--key", guarded, ...under, "--out", out);
    expect((await json("policy", "publish", out, "--data", dataDir)).said.published).toBe(true);
    const config = JSON.parse(await readFile(gateway.config, "utf8"));
    const rootPublicKeyFiles = config.rootPublicKeyFiles.map((file: string) =>
      join(dirname(gateway.config), file),
    );
    expect(rootPublicKeyFiles).toHaveLength(3);
    const signers = { rootPublicKeyFiles, threshold: config.policyThreshold };
    expect((await loadPolicy(exchange.policy, signers)).policy.version).toBe(2n);
  });

  test("is refused with every error, before anybody signs", async () => {
    const bad = join(data, "bad.cedar");
    await writeFile(bad, `${DEFAULT_POLICY_TEXT}\npermit (principal, action, resource);\n`);
    const words = ["--key", key, "--out", join(data, "bad.bin")];
    const about = ["--policy-version", "3", "--reason", "Everything"];
    const { code, said } = await json("policy", "sign", bad, ...words, ...about);
    expect(code).toBe(2);
    expect(said.problems.join(" ")).toContain("must be like TRACE-1");
  });
});
