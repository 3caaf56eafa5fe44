import { describe, expect, test } from "vitest";
import { KeyPurpose, type RegisterBundle, SignedLogSuccession } from "#proto";
import {
  firstState,
  generateSigningKey,
  parseSuccession,
  registerContent,
  registerDifferences,
  takeRegister,
} from "#trust";
import { keyOf, START_MS } from "../../support/register-authority.ts";
import { NEW_ORIGIN, OLD_ORIGIN, SucceededExchange } from "../../support/successions.ts";

const exchange = new SucceededExchange();
const [one] = exchange.authority.roots.pairs;
if (one === undefined) throw new TypeError("there are root keys");

function offer(bundle: RegisterBundle, state = exchange.client()) {
  const taking = takeRegister(state, bundle, START_MS);
  if (taking.outcome !== "refused") return taking.outcome;
  return `${taking.refusal.code} ${taking.refusal.field} ${taking.refusal.detail}`;
}

describe("a statement of succession (TP-SUCC-1)", () => {
  test.each([
    ["an old origin that is none", { oldOrigin: "a b" }, "old_origin"],
    ["the name of the old log", { newOrigin: OLD_ORIGIN }, "new_origin"],
    ["neither checkpoint nor word", { checkpoint: "", noCosignedCheckpoint: false }, "checkpoint"],
    ["both", { noCosignedCheckpoint: true }, "checkpoint"],
    ["no key", { checkpointKeys: [] }, "checkpoint_keys"],
    [
      "a key for something else",
      { checkpointKeys: [keyOf(generateSigningKey(), KeyPurpose.RECEIPT)] },
      "checkpoint_keys",
    ],
    ["no time", { succeedsAt: undefined }, "succeeds_at"],
    ["no reason", { reason: "" }, "reason"],
    ["the first version", { registerVersion: 1n }, "register_version"],
  ])("is not read with %s", (_what, change, field) => {
    const bytes = SignedLogSuccession.encode(exchange.statement(change)).finish();
    const parsed = parseSuccession(bytes);
    expect(parsed.ok ? "" : parsed.refusal.field).toBe(`succession.${field}`);
  });

  test("is read back as it was signed, and nothing else is", () => {
    const signed = exchange.statement();
    const parsed = parseSuccession(SignedLogSuccession.encode(signed).finish());
    expect(parsed.ok && parsed.value.succession.newOrigin).toBe(NEW_ORIGIN);
    expect(parseSuccession(Buffer.from("nonsense")).ok).toBe(false);
    expect(parseSuccession(new Uint8Array(1_000_000)).ok).toBe(false);
  });
});

describe("the log of a register (TP-SUCC-2)", () => {
  test("is succeeded by another with a statement of enough root keys", () => {
    const bundle = exchange.succeeded();
    const taking = takeRegister(exchange.client(), bundle, START_MS);
    expect(taking.outcome).toBe("taken");
    const { view } = taking.outcome === "taken" ? taking.taken : {};
    expect(view?.logOrigin).toBe(NEW_ORIGIN);
    expect(view?.successions.map(({ succession }) => succession.oldOrigin)).toEqual([OLD_ORIGIN]);
    // Whoever comes new follows the same way.
    expect(offer(bundle, firstState(exchange.authority.roots.set))).toBe("taken");
    const said = [exchange.first, bundle].map(registerContent);
    const [before, after] = said.flatMap((each) => (each.ok ? [each.value] : []));
    const told = after && registerDifferences(before, after).flatMap(({ added }) => added);
    expect(told?.join("\n")).toContain(`log ${NEW_ORIGIN} succeeds ${OLD_ORIGIN}`);
  });

  test("keeps its succession in the versions after, and may be succeeded again", () => {
    const statement = exchange.statement();
    const second = exchange.succeeded(statement);
    expect(offer(exchange.next(second, {}))).toBe("taken");
    const again = exchange.statement({
      ...{ oldOrigin: NEW_ORIGIN, newOrigin: `${OLD_ORIGIN}/3`, registerVersion: 3n },
      ...{ checkpoint: "", noCosignedCheckpoint: true },
    });
    const logSuccessions = [statement, again];
    const third = exchange.next(second, { logOrigin: `${OLD_ORIGIN}/3`, logSuccessions });
    expect(offer(third)).toBe("taken");
  });

  const refused = (bundle: RegisterBundle): string => {
    const said = offer(bundle);
    // What a newcomer is offered along the same chain is refused as well.
    expect(offer(bundle, firstState(exchange.authority.roots.set))).toBe(said);
    return said;
  };

  test("does not change its name without a statement", () => {
    expect(refused(exchange.next(exchange.first, { logOrigin: NEW_ORIGIN }))).toMatch(
      /^SUCCESSION manifest.log_origin/u,
    );
  });

  test("does not change its name by one root key where two must sign", () => {
    expect(refused(exchange.succeeded(exchange.statement({}, [one])))).toContain(
      "enough root keys",
    );
  });

  test("does not change its name by keys that are no root keys, or by the same one twice", () => {
    const strangers = [generateSigningKey(), generateSigningKey()];
    for (const signers of [strangers, [one, one]]) {
      expect(refused(exchange.succeeded(exchange.statement({}, signers)))).toContain("enough root");
    }
  });

  test.each([
    ["of another log", { oldOrigin: "other.example/log" }, "is the one that is kept"],
    ["for another version", { registerVersion: 3n }, "for version 3"],
    [
      "with a key that the register lacks",
      { checkpointKeys: [keyOf(generateSigningKey(), KeyPurpose.CHECKPOINT)] },
      "which the register lacks",
    ],
  ])("is not succeeded by a statement %s", (_what, change, detail) => {
    expect(refused(exchange.succeeded(exchange.statement(change)))).toContain(detail);
  });

  test("is not named otherwise than the statement says", () => {
    expect(refused(exchange.succeeded(exchange.statement(), `${NEW_ORIGIN}x`))).toContain(
      `begin the log ${NEW_ORIGIN}`,
    );
  });

  test("does not go back to a name it had, nor forget how it came to its own", () => {
    const second = exchange.succeeded();
    const back = exchange.statement({
      ...{ oldOrigin: NEW_ORIGIN, newOrigin: OLD_ORIGIN, registerVersion: 3n },
    });
    const logSuccessions = [exchange.statement(), back];
    const forged = exchange.next(second, { logOrigin: OLD_ORIGIN, logSuccessions });
    expect(refused(forged)).toMatch(/^SUCCESSION|^MALFORMED/u);
    expect(refused(exchange.next(second, { logSuccessions: [] }))).toContain("lack one");
  });

  test("does not follow an old statement that is shown again", () => {
    const statement = exchange.statement();
    const second = exchange.succeeded(statement);
    const again = exchange.next(second, { logSuccessions: [statement, statement] });
    expect(refused(again)).toMatch(/^SUCCESSION|^MALFORMED/u);
  });
});
