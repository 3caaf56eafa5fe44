import { describe, expect, it } from "vitest";
import { createLogger, Lifecycle, withDeadline } from "#runtime";

const logger = createLogger({ name: "test", level: "silent" });

describe("a process that stops", () => {
  it("stops its parts in reverse, one after the other, and once", async () => {
    const lifecycle = new Lifecycle(logger);
    const stopped: string[] = [];
    for (const name of ["store", "bus", "http"]) {
      lifecycle.add({
        name,
        stop: async () => {
          await Promise.resolve();
          stopped.push(name);
        },
      });
    }
    lifecycle.ready();
    expect(lifecycle.state).toBe("ready");
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(stopped).toEqual(["http", "bus", "store"]);
    expect(lifecycle.state).toBe("stopped");
  });

  it("stops the rest when one part fails to stop", async () => {
    const lifecycle = new Lifecycle(logger);
    let storeStopped = false;
    lifecycle.add({
      name: "store",
      stop: async () => {
        storeStopped = true;
      },
    });
    lifecycle.add({ name: "bus", stop: () => Promise.reject(new Error("connection lost")) });
    await lifecycle.stop();
    expect(storeStopped).toBe(true);
  });

  it("is not ready again once it drains", async () => {
    const lifecycle = new Lifecycle(logger);
    const stopping = lifecycle.stop();
    lifecycle.ready();
    expect(lifecycle.state).not.toBe("ready");
    await stopping;
  });
});

describe("a deadline", () => {
  it("passes on what came in time, value or failure", async () => {
    await expect(withDeadline(Promise.resolve(7), 60_000, "counting")).resolves.toBe(7);
    const failure = withDeadline(Promise.reject(new Error("no")), 60_000, "counting");
    await expect(failure).rejects.toThrow("no");
  });

  it("names what took too long", async () => {
    const never = new Promise<never>(() => undefined);
    await expect(withDeadline(never, 1, "stopping bus")).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "stopping bus took longer than 0.001 s",
    });
  });
});
