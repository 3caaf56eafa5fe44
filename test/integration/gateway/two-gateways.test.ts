import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RefusalCode } from "#proto";
import { newMessageId } from "#runtime";
import { openSqliteReader } from "#store";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { traceRequest } from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";

let parties: Parties;
let first: GatewayBench;
let second: GatewayBench;

beforeEach(async () => {
  parties = makeParties([{ id: "NE" }, { id: "BR" }]);
  first = await openGatewayBench(parties);
  second = await openGatewayBench(parties, { file: first.file });
});

afterEach(async () => {
  await second.close();
  await first.close();
});

describe("two gateways on one store (TP-CONV-2)", () => {
  test("take one request to a State between them in a conversation, however they meet", async () => {
    const rounds = 8;
    for (let round = 0; round < rounds; round += 1) {
      const conversationId = newMessageId(Date.now());
      const both = [first, second].map((gateway) =>
        gateway.send(traceRequest(parties.party("NE"), ["BR"], { conversationId })),
      );
      expect(await Promise.all(both)).toEqual(["ack", "ack"]);
    }
    const reader = openSqliteReader(first.file);
    try {
      const codes = await reader.read((tx) =>
        tx.all<{ code: number; count: number }>(
          "SELECT code, count(*) AS count FROM messages GROUP BY code ORDER BY code",
        ),
      );
      expect(codes.map(({ code, count }) => [code, count])).toEqual([
        [RefusalCode.UNSPECIFIED, rounds],
        [RefusalCode.ILLEGAL_MOVE, rounds],
      ]);
    } finally {
      reader.close();
    }
  });
});
