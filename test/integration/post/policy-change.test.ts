import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchPolicyFrom, PolicyDesk } from "#participant";
import { addPolicySignature, DEFAULT_POLICY_TEXT, draftPolicy } from "#policy";
import { createLogger } from "#runtime";
import type { SigningKeyPair } from "#trust";
import { toTimestamp } from "#wire";
import { makeParties } from "../../support/parties.ts";
import {
  openPostExchange,
  type PostExchange,
  type PostMember,
} from "../../support/post-exchange.ts";

const IDS = ["NE", "BR", "AT"] as const;

/** A policy in which BR is written to by nobody. */
const SILENT_BR = `${DEFAULT_POLICY_TEXT}
@id("LOCAL-1")
@title("Nothing to Brazil")
@code("NOT_PERMITTED")
@field("header.recipients")
forbid (principal, action == Action::"TRACE_REQUEST", resource) when { resource.state == "BR" };
`;

let exchange: PostExchange;
let ne: PostMember;
let br: PostMember;

function signedPolicy(version: bigint, text: string, root: SigningKeyPair): Uint8Array {
  const issuedAt = toTimestamp(Date.now());
  return addPolicySignature(draftPolicy({ version, issuedAt, text, reason: "For a test" }), root);
}

beforeAll(async () => {
  exchange = await openPostExchange(IDS, {
    policy: ({ root }) => signedPolicy(1n, DEFAULT_POLICY_TEXT, root),
  });
  ne = exchange.member("NE");
  br = exchange.member("BR");
});

afterAll(async () => {
  await exchange.close();
});

const signed = (version: bigint, text: string) =>
  signedPolicy(version, text, exchange.parties.root);

const inUse = (member: PostMember) => member.policies.view().version;

async function everybodyHas(version: bigint): Promise<void> {
  await exchange.until(`everybody judges by policy ${version}`, async () =>
    IDS.every((id) => inUse(exchange.member(id)) === version),
  );
}

describe("the routing policy at the participants (TP-POLICY-9)", () => {
  test("is not taken unsigned, unlogged, older, or as another of its version", async () => {
    await everybodyHas(1n);
    const foreign = signedPolicy(2n, SILENT_BR, makeParties([{ id: "NE" }]).root);
    const take = (policy: Uint8Array) => ne.policies.take({ policy, evidence: undefined });
    expect(await take(foreign)).toMatchObject({ code: "SIGNATURE_INVALID" });
    expect(await take(signed(2n, SILENT_BR))).toMatchObject({ code: "NOT_LOGGED" });
    expect(await take(signed(1n, SILENT_BR))).toMatchObject({ field: "policy.version" });
    expect(await take(new Uint8Array([1, 2, 3]))).toMatchObject({ code: "MALFORMED" });
    const inForce = await readFile(join(exchange.dir, "policy.bin"));
    expect(await take(inForce)).toBeUndefined();
    expect(ne.policies.view()).toMatchObject({ version: 1n, text: DEFAULT_POLICY_TEXT });
  });
});

describe("a root key that was removed (TP-KEY-3)", () => {
  test("signs no policy that a participant takes; what was taken before stays", async () => {
    await everybodyHas(1n);
    const { root } = exchange.parties;
    const next = makeParties([{ id: "NE" }]).root;
    const { current } = ne.client;
    const before = { current, rootKeys: [root.publicKey], rootKeysEver: [root.publicKey] };
    const rootKeysEver = [root.publicKey, next.publicKey];
    const after = { current, rootKeys: [next.publicKey], rootKeysEver };
    const offer = await fetchPolicyFrom(exchange.door.url)();
    if (offer === undefined) throw new TypeError("no policy was fetched");
    const logger = createLogger({ name: "desk", level: "silent" });
    const open = (client: typeof before, dataDir: string) =>
      PolicyDesk.open({ dataDir, client, logger });
    const [late, early] = [join(exchange.dir, "late"), join(exchange.dir, "early")];
    await Promise.all([late, early].map((dir) => mkdir(dir)));
    expect(await (await open(after, late)).take(offer)).toMatchObject({
      code: "SIGNATURE_INVALID",
    });
    const desk = await open(before, early);
    expect(await desk.take({ ...offer, evidence: undefined })).toMatchObject({
      code: "NOT_LOGGED",
    });
    expect(await desk.take(offer)).toBeUndefined();
    expect((await open(after, early)).view().version).toBe(1n);
  });
});

describe("a participant with another policy than the gateway (TP-POLICY-10)", () => {
  test("loses nothing, hears the gateway's word, and fetches what it decided by", async () => {
    await everybodyHas(1n);
    exchange.carrier.intercept = (one) =>
      one.subject === "tp.in.NE.urgent.register" ? undefined : one;
    const next = signed(2n, SILENT_BR);
    ne.fetchPolicy = fetchPolicyFrom(exchange.door.url);
    await exchange.publishPolicy(next);
    await exchange.until("BR has it", async () => inUse(br) === 2n);
    expect(inUse(ne)).toBe(1n);
    const toBrazil = await ne.send("BR", "to BR");
    const toAustria = await ne.send("AT", "to AT");
    await exchange.settled();
    await exchange.until("NE has fetched it", async () => inUse(ne) === 2n);
    const fates = await ne.rows(
      "SELECT message_id, state, code FROM post_outbox_recipient WHERE message_id IN (?, ?)",
      toBrazil,
      toAustria,
    );
    expect(fates.find(({ message_id: id }) => id === toBrazil)).toMatchObject({
      state: "refused",
      code: "NOT_PERMITTED",
    });
    expect(fates.find(({ message_id: id }) => id === toAustria)?.state).toBe("delivered");
    const status = async (version: string) =>
      (await fetch(`${exchange.door.url}/policy?version=${version}`)).status;
    expect([await status("1"), await status("2"), await status("7")]).toEqual([200, 200, 404]);
  });
});

describe("a new policy, and a start (TP-POLICY-9)", () => {
  test("is the one of the gateway, from a start on and after a change, and kept", async () => {
    exchange.carrier.intercept = (one) => one;
    await exchange.publishPolicy(signed(3n, DEFAULT_POLICY_TEXT));
    await everybodyHas(3n);
    expect(ne.policies.view().text).toBe(DEFAULT_POLICY_TEXT);
    await ne.restart();
    expect(inUse(ne)).toBe(3n);
    expect(await ne.rows("SELECT count(*) AS n FROM post_incident")).toEqual([{ n: 0 }]);
    // What was kept and is no longer what the root keys signed is not judged by.
    await writeFile(join(exchange.dir, "NE", "policy-taken.bin"), "something else");
    await ne.restart();
    expect(inUse(ne)).toBe(0n);
  });
});
