import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REFUSALS } from "#errors";
import { Dispatch, Envelope, Header } from "#proto";
import {
  checkSubject,
  inspectEnvelope,
  type ParsedMessage,
  parseDispatch,
  parseEnvelope,
  parseGapNotice,
  parseReceipt,
  parseVoid,
} from "#wire";
import { anyMutation } from "../../support/altered-bytes.ts";
import { recipientReceipt, traceRequest } from "../../support/messages.ts";
import { makeParties } from "../../support/parties.ts";

/** Altered messages of each kind of alteration. */
const RUNS = 1_500;

const parties = makeParties([{ id: "NE" }, { id: "BR" }]);
const request = traceRequest(parties.party("NE"), ["BR"]);
const receipt = recipientReceipt(parties.party("BR"), [{ sender: "NE", message: request }]);
const dispatch = Dispatch.encode(
  Dispatch.create({
    envelope: request.bytes,
    evidence: { entry: Buffer.from("entry"), index: 3n },
  }),
).finish();
const samples = [request.bytes, receipt.bytes, dispatch, request.headerBytes];

const mutation = anyMutation();

/** A sample with one to four changes. */
const altered = fc
  .tuple(fc.constantFrom(...samples), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([sample, mutations]) => mutations.reduce((bytes, change) => change(bytes), sample));

/** Reads bytes in every way there is; throws if any of them throws. */
function readAll(bytes: Uint8Array): ParsedMessage[] {
  const outcomes = [parseEnvelope(bytes), parseEnvelope(bytes, { allowGatewaySender: true })];
  const read = parseDispatch(bytes);
  const messages = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
  if (read.ok) messages.push(read.value.message);
  for (const outcome of [...outcomes, read]) {
    if (!outcome.ok) expect(Object.keys(REFUSALS)).toContain(outcome.refusal.code);
  }
  for (const message of messages) {
    for (const parse of [parseReceipt, parseVoid, parseGapNotice]) parse(message);
    checkSubject(message, "tp.out.NE.normal.trace-request");
  }
  return messages;
}

describe("whatever the bytes are", () => {
  it("the samples themselves are taken", () => {
    expect(parseEnvelope(request.bytes).ok).toBe(true);
    expect(parseEnvelope(receipt.bytes).ok).toBe(true);
    expect(parseDispatch(dispatch).ok).toBe(true);
  });

  it("random ones are refused with a code of the table, without a throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(readAll(bytes)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it("altered ones are refused, or are exactly the bytes of what was read", () => {
    fc.assert(
      fc.property(altered, (bytes) => {
        for (const message of readAll(bytes)) {
          const header = Buffer.from(Header.encode(message.header).finish());
          expect(header.equals(message.headerBytes)).toBe(true);
          const envelope = Buffer.from(Envelope.encode(message.envelope).finish());
          expect(envelope.equals(message.bytes)).toBe(true);
        }
      }),
      { numRuns: 2 * RUNS },
    );
  });

  it("a signed header is never read as another one", () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        const header = mutations.reduce((bytes, change) => change(bytes), request.headerBytes);
        fc.pre(Buffer.compare(header, request.headerBytes) !== 0);
        const { parts, signatures } = Envelope.decode(request.bytes);
        const outcome = parseEnvelope(Envelope.encode({ header, parts, signatures }).finish());
        if (!outcome.ok) return;
        expect(outcome.value.headerDigest).not.toEqual(request.headerDigest);
      }),
      { numRuns: RUNS },
    );
  });

  it("can be inspected", async () => {
    await fc.assert(
      fc.asyncProperty(altered, async (bytes) => {
        const inspection = await inspectEnvelope(bytes);
        expect(() => JSON.stringify(inspection)).not.toThrow();
        expect(inspection.size_bytes).toBe(bytes.length);
      }),
      { numRuns: 40 },
    );
  });
});
