import { expect, test } from "vitest";
import { createLogger } from "#runtime";
import { CurrentRegister, createSigner, PAYLOAD_TYPES } from "#trust";
import { RegisterAnnouncer } from "../../../gateway/register/announcer.ts";
import type { KeptRegister } from "../../../gateway/store/registers.ts";
import { makeParties } from "../../support/parties.ts";

const parties = makeParties([{ id: "NE" }, { id: "BR" }]);

/** An announcer of the version in force, with what it sends and notes. */
function openAnnouncer() {
  const kept: KeptRegister = {
    version: 1,
    register: parties.registerBytes,
    takenAtMs: 0,
    takenBy: "file",
    evidence: {} as never,
    isAnnounced: false,
  };
  const sent: string[] = [];
  const { promise: noted, resolve } = Promise.withResolvers<number>();
  const announcer = new RegisterAnnouncer({
    register: new CurrentRegister(parties.register),
    load: async () => kept,
    loadVersion: async () => null,
    parts: () => undefined,
    evidenceOf: () => undefined,
    signer: () => createSigner(parties.receiptKey, PAYLOAD_TYPES.receipt),
    publish: async ({ recipient }) => {
      sent.push(recipient);
    },
    noteAnnounced: async (version) => resolve(version),
    connected: () => true,
    clock: { now: () => Date.now() },
    logger: createLogger({ name: "gateway", level: "silent" }),
    repeatFirstMs: 60_000,
  });
  return { announcer, sent, noted };
}

test("a version that somebody has named before its first round counts as handed on (TP-RUN-3)", async () => {
  const { announcer, noted, sent } = openAnnouncer();
  announcer.heard("NE", 1n);
  announcer.start(false);
  expect(await noted).toBe(1);
  expect(sent).toEqual(["BR"]);
  await announcer.stop();
});

test("and so does one that everybody has named", async () => {
  const { announcer, noted, sent } = openAnnouncer();
  announcer.heard("NE", 1n);
  announcer.heard("BR", 1n);
  announcer.start(false);
  expect(await noted).toBe(1);
  expect(sent).toEqual([]);
  await announcer.stop();
});
