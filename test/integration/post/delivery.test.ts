import { afterEach, describe, expect, test } from "vitest";
import { openPostExchange, type PostExchange } from "../../support/post-exchange.ts";

let exchange: PostExchange;

afterEach(async () => {
  await exchange.close();
});

describe("a message", () => {
  test("is opened and stored by its recipient, and its sender holds both receipts", async () => {
    exchange = await openPostExchange(["NE", "BR"]);
    const [ne, br] = [exchange.member("NE"), exchange.member("BR")];
    const messageId = await ne.send("BR", "hello");
    await exchange.settled();
    expect(await br.rows("SELECT sender, message_id, body, applied FROM effects")).toEqual([
      { sender: "NE", message_id: messageId, body: "hello", applied: 1 },
    ]);
    expect(await ne.rows("SELECT fate, recipient, count FROM fates ORDER BY fate")).toEqual([
      { fate: "accepted", recipient: "", count: 1 },
      { fate: "delivered", recipient: "BR", count: 1 },
    ]);
  });
});
