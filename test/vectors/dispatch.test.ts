import { describe, expect, it } from "vitest";
import { parseDispatch } from "#wire";
import { bytesOf, type InvalidVector, readVectors } from "../support/vectors.ts";

/** A refusal says in words what was found. */
const SAID = expect.stringMatching(/\w/);

interface ValidDispatch {
  readonly name: string;
  readonly bytes: string;
  readonly sender: string;
  readonly message_id: string;
  readonly parts: readonly string[];
  readonly log_index?: number;
}

describe("the golden vectors of the dispatch", () => {
  const valid = readVectors<ValidDispatch[]>("dispatch/valid.json");
  const invalid = readVectors<InvalidVector[]>("dispatch/invalid.json");

  it.each(valid)("hold what an inbox takes: $name", (vector) => {
    const parsed = parseDispatch(bytesOf(vector.bytes), { allowGatewaySender: true });
    if (!parsed.ok) expect.unreachable(JSON.stringify(parsed.refusal));
    const { dispatch, message } = parsed.value;
    expect(message.header.sender).toBe(vector.sender);
    expect(message.header.messageId).toBe(vector.message_id);
    const parts = message.envelope.parts.map(({ name, onlyFor }) =>
      onlyFor === "" ? name : `${name}>${onlyFor}`,
    );
    expect(parts).toEqual(vector.parts);
    const index = dispatch.evidence === undefined ? undefined : Number(dispatch.evidence.index);
    expect(index).toBe(vector.log_index);
  });

  it.each(invalid)("hold what an inbox refuses: $name", ({ bytes, code, field }) => {
    const parsed = parseDispatch(bytesOf(bytes), { allowGatewaySender: true });
    expect(parsed).toMatchObject({ ok: false, refusal: { code, field, detail: SAID } });
  });
});
