import { expect, test } from "vitest";
import { Kind, Lane } from "#proto";
import { createLogger, POST_LIMITS } from "#runtime";
import type { PostParts } from "../../../lib/post/parts.ts";
import { PublishPump } from "../../../lib/post/publish-pump.ts";

/** A pump whose messages all fail, at a time the test sets; tells when each is tried again. */
function failing(messages: number) {
  const putOff: number[] = [];
  const now = { ms: 0 };
  const due = Array.from({ length: messages }, (_, place) => ({
    messageId: `message-${place}`,
    kind: Kind.TRACE_REQUEST,
    lane: Lane.NORMAL,
    envelope: new Uint8Array(),
    attempt: 1,
    resign: false,
  }));
  const call = async (name: string, args: { nextAtMs?: number }): Promise<unknown> => {
    if (name === "postTakeDue") return { due, nextAtMs: null, full: false };
    putOff.push((args.nextAtMs ?? 0) - now.ms);
    return undefined;
  };
  const pump = new PublishPump(
    {
      participant: "NE",
      store: { call },
      transport: { connected: true, publish: () => Promise.reject(new TypeError("no stream")) },
      clock: { now: () => now.ms },
      logger: createLogger({ name: "test", level: "silent" }),
      resendFirstMs: 10_000,
      standing: () => "fresh",
      onEvent: () => undefined,
    } as unknown as PostParts,
    () => undefined,
  );
  const round = async (atMs: number): Promise<readonly number[]> => {
    now.ms = atMs;
    putOff.length = 0;
    await pump.turn();
    await pump.settle();
    return [...putOff];
  };
  return round;
}

test("what fails together is put off once, however much it is (TP-TLS-11)", async () => {
  const round = failing(100);
  const first = POST_LIMITS.retryFirstMs;
  expect(new Set(await round(0))).toEqual(new Set([first]));
  // The second time it fails it waits twice as long, not a hundred times doubled.
  expect(new Set(await round(first))).toEqual(new Set([2 * first]));
});
