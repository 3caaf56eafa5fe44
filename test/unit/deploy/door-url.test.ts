import { expect, test } from "vitest";
import { doorUrlOf } from "../../../deploy/local/folder/service-configs.ts";

test("participants are told the gateway's door by HTTPS where the carrier speaks TLS", () => {
  expect(doorUrlOf("tls://127.0.0.1:4222", 24_000)).toBe("https://127.0.0.1:24000");
  expect(doorUrlOf("nats://127.0.0.1:4222", 24_000)).toBe("http://127.0.0.1:24000");
});
