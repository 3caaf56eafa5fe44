import { describe, expect, test } from "vitest";
import { endOfLog, hashLeaf, judgeSuccession, logNames, logOfCheckpoint } from "#message-log";
import { checkpointKeysOf, takeRegister } from "#trust";
import { START_MS } from "../../support/register-authority.ts";
import { NEW_ORIGIN, OLD_ORIGIN, SucceededExchange } from "../../support/successions.ts";

const exchange = new SucceededExchange();
const view = exchange.client().taken?.view;
if (view === undefined) throw new TypeError("a register is in force");
const old = { publicKeys: checkpointKeysOf(view), witnesses: [view.witnesses] };
const head = (size: number, leaf = `root ${size}`) => {
  return { size, rootHash: hashLeaf(Buffer.from(leaf)) };
};

function judged(checkpoint: string, cosigned?: ReturnType<typeof head>): string | number {
  const verdict = judgeSuccession({ oldOrigin: OLD_ORIGIN, checkpoint }, old, cosigned);
  return verdict.ok ? verdict.size : verdict.refusal.code;
}

describe("the end of a log (TP-SUCC-3)", () => {
  test("is the checkpoint of a statement that a quorum has cosigned", () => {
    expect(judged(exchange.checkpoint(7))).toBe(7);
    expect(judged(exchange.checkpoint(7), head(7))).toBe(7);
    expect(judged(exchange.checkpoint(7), head(6))).toBe(7);
  });

  test("is not one that too few have cosigned, or that the log has not signed", () => {
    expect(judged(exchange.checkpoint(7, 1))).toBe("UNCOSIGNED");
    expect(judged(exchange.checkpoint(7).replace(OLD_ORIGIN, "other.example/log"))).toBe(
      "UNSIGNED",
    );
    expect(judged("nonsense")).toBe("UNSIGNED");
  });

  test("is not before, nor beside, what is known here to be cosigned", () => {
    expect(judged(exchange.checkpoint(7), head(8))).toBe("BEHIND");
    expect(judged(exchange.checkpoint(7), head(7, "another"))).toBe("FORK");
  });

  test("is unknown only where nobody holds a cosigned checkpoint", () => {
    expect(judged("")).toBe(0);
    expect(judged("", head(1))).toBe("BEHIND");
  });

  test("is found again by the name that a checkpoint gives its log", () => {
    const taking = takeRegister(exchange.client(), exchange.succeeded(), START_MS);
    const after = taking.outcome === "taken" ? taking.taken.view : view;
    expect(logNames(after)).toEqual([OLD_ORIGIN, NEW_ORIGIN]);
    expect(logOfCheckpoint(exchange.checkpoint(7), after)).toBe(OLD_ORIGIN);
    expect(logOfCheckpoint("nonsense", after)).toBe(NEW_ORIGIN);
    expect(endOfLog(OLD_ORIGIN, after)).toBe(7);
    expect(endOfLog(NEW_ORIGIN, after)).toBeUndefined();
  });
});
