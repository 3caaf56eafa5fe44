import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createProgressView } from "../../../scenario/progress.ts";

const collect = () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  }) as unknown as NodeJS.WriteStream;
  return { lines, stream };
};

describe("progress without a terminal", () => {
  it("is a line for each tenth of the way, and one at the end", () => {
    const { lines, stream } = collect();
    const view = createProgressView({ stream, isTerminal: false }, 100);
    for (let done = 0; done <= 100; done += 1) {
      view.show({ accepted: done, delivered: done, answered: done });
    }
    view.show({ accepted: 100, delivered: 100, answered: 100 });
    view.end();
    expect(lines.length).toBeGreaterThanOrEqual(9);
    expect(lines.length).toBeLessThanOrEqual(11);
    expect(lines.at(-1)).toBe("  100 recorded, 100 delivered, 100 answered of 100\n");
  });

  it("says nothing about nothing", () => {
    const { lines, stream } = collect();
    const view = createProgressView({ stream, isTerminal: false }, 0);
    view.show({ accepted: 0, delivered: 0, answered: 0 });
    view.end();
    expect(lines).toEqual([]);
  });
});

describe("progress on a terminal", () => {
  it("is a bar that never goes beyond its end", () => {
    const { lines, stream } = collect();
    Object.assign(stream, {
      isTTY: true,
      columns: 80,
      cursorTo: () => true,
      clearLine: () => true,
    });
    const view = createProgressView({ stream, isTerminal: true }, 10);
    view.show({ accepted: 12, delivered: 12, answered: 12 });
    view.end();
    const text = lines.join("");
    expect(text).toContain("10/10 answered");
    expect(text).not.toContain("12/10");
  });
});
