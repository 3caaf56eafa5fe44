import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultPolicy } from "#policy";
import { RefusalCode } from "#proto";
import { openSqliteStore } from "#store";
import { outSubject, parseEnvelope, parseOutSubject } from "#wire";
import { PairWindow } from "../../../gateway/pair-window.ts";
import type { Passage } from "../../../gateway/passage.ts";
import { record } from "../../../gateway/steps/record.ts";
import type { GatewayProcedures } from "../../../gateway/store.ts";
import { headerOf, traceRequest } from "../../support/messages.ts";
import { makeParties } from "../../support/parties.ts";

test("gives the places in the window back when the store cannot record", async () => {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-record-"));
  const store = await openSqliteStore<GatewayProcedures>({
    file: join(dir, "gateway.sqlite"),
    module: new URL("../../../gateway/store.ts", import.meta.url),
  });
  await store.close();
  const parties = makeParties([{ id: "NE" }, { id: "BR" }]);
  const request = traceRequest(parties.party("NE"), ["BR"]);
  const { lane, kind } = headerOf(request);
  const subject = outSubject("NE", lane, kind);
  const address = parseOutSubject(subject);
  const parsed = parseEnvelope(request.bytes);
  if (address === undefined || !parsed.ok) throw new TypeError("the message is not well-formed");
  const idle = (): void => undefined;
  const passage: Passage = {
    inbound: { subject, data: request.bytes, deliveries: 1, ack: idle, nak: idle },
    address,
    receivedAtMs: 0,
    message: parsed.value,
    results: [{ recipient: "BR", code: RefusalCode.UNSPECIFIED }],
  };
  const window = new PairWindow(1);
  const { register } = parties;
  const judged = { register, policy: defaultPolicy(), scheduleVersion: 0 };
  const facts = { ...judged, nowMs: Date.now(), resendFirstMs: 1_000 };
  await expect(record([passage], { store, window, ...facts })).rejects.toMatchObject({
    code: "STORE",
  });
  expect(window.reserve({ sender: "NE", recipient: "BR", lane })).toBe(true);
  await rm(dir, { recursive: true, force: true });
});
