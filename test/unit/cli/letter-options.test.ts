import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { letterOf, refuseWaiting } from "../../../cli/letter-options.ts";
import { reportOf } from "../../../cli/move-command.ts";

const letter = { channel: "POST", reference: "KE/OUT/44", on: "2026-02-20" };

test("a follow-up goes by letter with all that a letter is known by, or has none (TP-OFF-8)", () => {
  expect(letterOf({})).toEqual({});
  expect(letterOf({ ...letter, note: "By hand." })).toEqual({
    byLetter: {
      channel: "POST",
      reference: "KE/OUT/44",
      dispatchedOn: "2026-02-20",
      note: "By hand.",
    },
  });
  for (const part of [{ channel: "POST" }, { note: "By hand." }, { ...letter, on: undefined }]) {
    expect(() => letterOf({ ...part } as object)).toThrow(/--channel, --reference and --on/u);
  }
});

test("nobody waits for receipts of a letter (TP-CLI-5)", () => {
  const byLetter = letterOf(letter);
  for (const body of [byLetter, { reminder: {}, ...byLetter }, { offExchange: true }]) {
    expect(() => refuseWaiting({ wait: true }, body)).toThrow(/--wait.*a letter has none/u);
    expect(() => refuseWaiting({}, body)).not.toThrow();
  }
  expect(() => refuseWaiting({ wait: 5 }, { reminder: {} })).not.toThrow();
});

test("nor for those of what was not sent, such as a case closed off the exchange", async () => {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ offExchange: true, messages: [], state: "CLOSED" }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const door = { url: `http://127.0.0.1:${port}`, token: "t" };
  const service = { door, tokenFileOf: () => "" };
  try {
    // It would end with 5 after a second, had anybody waited.
    const report = await reportOf(service, { caseId: "c", messageId: "m" }, { wait: 1 });
    expect(report).toMatchObject({ exitCode: 0, json: {}, state: undefined });
    expect(report.lines).toEqual([expect.stringContaining("not on the exchange")]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
