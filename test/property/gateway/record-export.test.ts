import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Handling, Header, MessageRef } from "#proto";
import { encodeMessage } from "#wire";
import { CSV_HEAD, lineOf } from "../../../gateway/api/record-export.ts";
import { recordView } from "../../../gateway/api/record-view.ts";

/** Texts as a hostile participant would choose them. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc
    .tuple(fc.constantFrom("=", "+", "-", "@", "\t", "\r", "\n", "'=", '"', ";"), fc.string())
    .map(([first, rest]) => `${first}${rest}`),
);

const anyRow = fc
  .record({
    sender: anyText,
    recipients: fc.array(anyText, { maxLength: 3 }),
    field: anyText,
    conversationId: anyText,
    originatorState: anyText,
    releasableTo: fc.array(anyText, { maxLength: 2 }),
    originalSender: anyText,
    supersedes: anyText,
  })
  .map(({ field, originalSender, originatorState, releasableTo, ...said }) => {
    const header = Header.create({
      ...said,
      handling: Handling.create({ originatorState, releasableTo }),
      inReplyTo: MessageRef.create({ originalSender, messageId: "x" }),
    });
    const { sender } = said;
    const row = { id: 1, message_id: "x", sender, kind: 1, lane: 2, code: 0, field };
    return {
      ...row,
      recorded_at: 0,
      header: encodeMessage(Header, header),
      state: null,
      due_at: null,
    };
  });

describe("a line of an export", () => {
  test("holds no formula and no line break, whatever was signed (TP-FIND-7)", () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const line = lineOf(recordView(row, true), "csv");
        expect(line.slice(0, -2)).not.toMatch(/[\r\n]/u);
        const [values = []]: string[][] = parse(line);
        expect(values).toHaveLength(CSV_HEAD.split(",").length);
        for (const value of values) expect(value).not.toMatch(/^[=+\-@\t\r]/u);
      }),
    );
  });

  test("is one value of JSON with everything that was signed (TP-FIND-7)", () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const line = lineOf(recordView(row, true), "jsonl");
        expect(line.slice(0, -1)).not.toMatch(/\n/u);
        expect(JSON.parse(line)).toMatchObject({ logIndex: 0, sender: row.sender });
        expect(line.startsWith('{"logIndex":0')).toBe(true);
      }),
    );
  });
});
