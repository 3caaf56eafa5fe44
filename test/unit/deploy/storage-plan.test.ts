import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NATS_LIMITS } from "#runtime";
import { planStorage, roomIn } from "../../../deploy/local/provision/storage-plan.ts";
import { checkRoom, type ReconcileStep } from "../../../deploy/local/reconcile/plan.ts";

const GIB = 1024 ** 3;

describe("the share of the disk for NATS (TP-NATS-15)", () => {
  it("is the full size of each stream on a large disk, with room for who comes later", () => {
    const { streamBytes } = NATS_LIMITS;
    const pairs = Math.min(500, Math.floor((250 * GIB) / (2 * streamBytes)));
    const coreBytes = pairs * streamBytes;
    expect(planStorage(24, 500 * GIB)).toEqual({
      streamBytes,
      coreBytes,
      serverBytes: 2 * coreBytes,
    });
    expect(pairs).toBeGreaterThan(24);
  });

  it("never reserves more than half of what is free", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 0, max: 2 ** 42 }),
        (n, free) => {
          try {
            const plan = planStorage(n, free);
            expect(plan.serverBytes).toBeLessThanOrEqual(free / 2);
            expect(plan.serverBytes).toBe(2 * plan.coreBytes);
            expect(plan.streamBytes).toBeGreaterThanOrEqual(NATS_LIMITS.streamBytesMin);
          } catch (caught) {
            expect(caught).toMatchObject({ code: "INPUT_INVALID" });
            expect(free).toBeLessThan(n * 4 * NATS_LIMITS.streamBytesMin + 4 * n);
          }
        },
      ),
    );
  });

  it("makes streams smaller for those who may come, to a fair size and no further", () => {
    const { streamBytesFair, streamBytesMin } = NATS_LIMITS;
    const small = planStorage(4, 75 * GIB);
    expect(roomIn(small)).toBe(300);
    expect(small.streamBytes).toBe(streamBytesFair);
    // Those who are there take part, whatever is left for others.
    const full = planStorage(500, 75 * GIB);
    expect(roomIn(full)).toBe(500);
    expect(full.streamBytes).toBeGreaterThanOrEqual(streamBytesMin);
  });

  it("leaves room for as many as it is told to, each with the streams that fit", () => {
    expect(roomIn(planStorage(4, 75 * GIB, 500))).toBe(500);
    expect(planStorage(4, 75 * GIB, 4).streamBytes).toBe(NATS_LIMITS.streamBytes);
    expect(roomIn(planStorage(6, 75 * GIB, 4))).toBe(6);
    expect(() => planStorage(4, 20 * GIB, 500)).toThrow(
      expect.objectContaining({
        problems: ["500 participants need 32000 MiB free, there are 20480 MiB"],
      }),
    );
    expect(() => planStorage(4, 500 * GIB, 501)).toThrow(
      expect.objectContaining({ problems: ["--room: 501 is more than 500 participants"] }),
    );
  });

  it("says how much room is missing", () => {
    expect(() => planStorage(24, GIB)).toThrow(
      expect.objectContaining({
        problems: ["24 participants need 1536 MiB free, there are 1024 MiB"],
      }),
    );
  });
});

describe("who is admitted later (TP-NATS-15)", () => {
  const there = { isIssued: true, isHeld: true, isConnected: true, isRevoked: false };
  const standings = new Map([
    ["NE", { ...there, hasStreams: true, isListed: true }],
    ["BR", { ...there, hasStreams: false, isListed: false }],
  ]);
  const coming: ReconcileStep[] = [
    { action: "make-streams", participant: "BR" },
    { action: "make-streams", participant: "KE" },
    { action: "list", participant: "KE" },
  ];

  it("has streams as long as there is room", () => {
    expect(() => checkRoom(coming, standings, 3)).not.toThrow();
    expect(() => checkRoom([], standings, 0)).not.toThrow();
  });

  it("hears before anything is made that there is none", () => {
    expect(() => checkRoom(coming, standings, 2)).toThrow(
      expect.objectContaining({
        code: "INPUT_INVALID",
        problems: [
          "1 have streams, 2 more are to get them (BR, …), and the disk was shared out for 2",
        ],
      }),
    );
  });
});
