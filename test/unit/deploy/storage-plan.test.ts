import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NATS_LIMITS } from "#runtime";
import { planStorage } from "../../../deploy/local/provision/storage-plan.ts";

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

  it("says how much room is missing", () => {
    expect(() => planStorage(24, GIB)).toThrow(
      expect.objectContaining({
        problems: ["24 participants need 1536 MiB free, there are 1024 MiB"],
      }),
    );
  });
});
