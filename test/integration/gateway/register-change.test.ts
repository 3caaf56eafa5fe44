import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LogEntry, type SigningKey } from "#proto";
import type { RegisterView } from "#trust";
import { parseDispatch, parseReceipt, refusalNameOf, toTimestamp } from "#wire";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { traceRequest } from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";

let parties: Parties;
let bench: GatewayBench;

beforeEach(async () => {
  parties = makeParties([{ id: "NE" }, { id: "BR" }]);
  bench = await openGatewayBench(parties);
});

afterEach(async () => {
  await bench.close();
});

/** The register that revokes NE's key as of now. */
function revoked(): RegisterView {
  const { register } = parties;
  return {
    ...register,
    version: register.version + 1n,
    signingKey: (keyId) => {
      const found = register.signingKey(keyId);
      if (found?.participant?.id !== "NE") return found;
      const key: SigningKey = { ...found.key, revokedAt: toTimestamp(bench.nowMs) };
      return { ...found, key };
    },
  };
}

/** What the newest receipt for NE says, and under which register it was decided. */
function lastWord(): { code: string | undefined; version: bigint } {
  const last = bench.published.findLast(({ subject }) => subject === "tp.in.NE.normal.receipt");
  const parsed = parseDispatch(last?.data ?? new Uint8Array(), { allowGatewaySender: true });
  if (!parsed.ok) throw new TypeError(parsed.refusal.field);
  const receipt = parseReceipt(parsed.value.message);
  if (!receipt.ok) throw new TypeError(receipt.refusal.field);
  const [item] = receipt.value.items;
  const entry = LogEntry.decode(item?.evidence?.entry ?? new Uint8Array());
  return { code: refusalNameOf(entry.code), version: entry.registerVersion };
}

describe("a register that changes between two batches (TP-RUN-2)", () => {
  test("hands back what was decided under the one before, and judges it afresh", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    const { promise: taken, resolve: isTaken } = Promise.withResolvers<void>();
    const changed = bench.change(revoked(), taken);
    const overtaken = bench.send(request);
    // By then the message is being decided under the register of now; it cannot be recorded yet.
    setImmediate(isTaken);
    await changed;
    expect(await overtaken).toBe("nak");
    expect(bench.published, "nothing was said under the old register").toEqual([]);
    expect(await bench.send(request)).toBe("ack");
    expect(lastWord()).toEqual({ code: "KEY_REVOKED", version: 2n });
  });

  test("leaves what was recorded before as it was, said again under its own version", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    expect(await bench.send(request)).toBe("ack");
    await bench.change(revoked());
    expect(await bench.send(request)).toBe("ack");
    expect(lastWord()).toEqual({ code: undefined, version: 1n });
  });

  test("goes on when the change itself fails", async () => {
    const { version } = parties.register;
    await expect(bench.change({ ...revoked(), version })).rejects.toThrow("never goes back");
    expect(await bench.send(traceRequest(parties.party("NE"), ["BR"]))).toBe("ack");
    expect(lastWord()).toEqual({ code: undefined, version: 1n });
  });
});
