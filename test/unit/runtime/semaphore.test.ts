import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Semaphore } from "#runtime";

describe("a semaphore", () => {
  it("never lets more run than it has permits, and lets everybody run once", async () => {
    const jobs = fc.array(fc.boolean(), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        jobs,
        fc.scheduler(),
        async (permits, fails, s) => {
          const semaphore = new Semaphore(permits);
          let running = 0;
          let most = 0;
          const run = (fail: boolean): Promise<string> =>
            semaphore.run(async () => {
              running += 1;
              most = Math.max(most, running);
              await s.schedule(Promise.resolve());
              running -= 1;
              if (fail) throw new Error("failed");
              return "done";
            });
          const ends = Promise.allSettled(fails.map(run));
          await s.waitFor(ends);
          const statuses = (await ends).map(({ status }) => status);
          expect(statuses).toEqual(fails.map((fail) => (fail ? "rejected" : "fulfilled")));
          expect(most).toBeLessThanOrEqual(permits);
          expect(running).toBe(0);
        },
      ),
    );
  });

  it("serves who waits in the order of coming", async () => {
    const semaphore = new Semaphore(1);
    const served: number[] = [];
    await Promise.all(
      [1, 2, 3, 4].map((number) =>
        semaphore.run(async () => {
          await Promise.resolve();
          served.push(number);
        }),
      ),
    );
    expect(served).toEqual([1, 2, 3, 4]);
  });
});
