import { describe, expect, it } from "vitest";
import { IndicatorLedger } from "#proto";
import { parseIndicatorLedger } from "#statistics";
import { loadContract } from "../support/contract.ts";
import { bytesOf, type InvalidVector, readVectors } from "../support/vectors.ts";
import { LEDGER_RECORDED_AT, type ValidLedger } from "./make/ledgers.ts";

/** TP-LEDG-1: what a State and a body in any language must take and refuse. */

const context = { senderState: "NE", atMs: LEDGER_RECORDED_AT * 1_000 };
const contract = await loadContract("snake_case");

function inWords(bytes: Uint8Array): unknown {
  const type = contract.types.get("IndicatorLedger");
  return type?.toObject(type.decode(bytes), { longs: Number, enums: String });
}

describe("the golden vectors of ledgers (TP-LEDG-1)", () => {
  const valid = readVectors<ValidLedger[]>("ledger/valid.json");
  const invalid = readVectors<InvalidVector[]>("ledger/invalid.json");

  it.each(valid)("hold one that is taken: $name", ({ bytes, expected }) => {
    const read = parseIndicatorLedger(bytesOf(bytes), context);
    if (!read.ok) expect.unreachable(JSON.stringify(read.refusal));
    expect(inWords(IndicatorLedger.encode(read.value).finish())).toEqual(expected);
  });

  it.each(invalid)("hold one that is refused: $name", ({ bytes, code, field }) => {
    const read = parseIndicatorLedger(bytesOf(bytes), context);
    expect(read).toMatchObject({ ok: false, refusal: { code, field } });
  });
});
