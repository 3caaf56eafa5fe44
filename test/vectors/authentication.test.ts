import { describe, expect, it } from "vitest";
import { authenticateHeader, openRegister, publicKeyOf } from "#trust";
import { GATEWAY_SENDER, parseDispatch, parseEnvelope, timestampMs } from "#wire";
import { bytesOf, readVectors } from "../support/vectors.ts";

interface Registers {
  readonly root_public_keys: readonly string[];
  readonly valid: { readonly bytes: string; readonly participants: readonly string[] };
}

interface Named {
  readonly name: string;
  readonly bytes: string;
}

const { root_public_keys, valid } = readVectors<Registers>("register/registers.json");
const roots = root_public_keys.map((root) => publicKeyOf(Buffer.from(root, "hex")));
const register = openRegister(bytesOf(valid.bytes), roots);
if (!register.ok) throw new TypeError(`the register does not open: ${register.refusal.detail}`);
const view = register.value;

const messages = readVectors<Named[]>("envelope/valid.json").flatMap(({ bytes, name }) => {
  const parsed = parseEnvelope(bytesOf(bytes));
  return parsed.ok ? [{ name, message: parsed.value }] : [];
});

describe("the golden messages under the golden register", () => {
  const ours = messages.filter(({ message }) => valid.participants.includes(message.header.sender));
  const others = messages.filter((one) => !ours.includes(one));

  it.each(ours)("are from whom they say: $name", async ({ message }) => {
    const nowMs = timestampMs(message.header.sentAt) ?? 0;
    const { sender } = message.header;
    expect(await authenticateHeader(message, sender, view, nowMs)).toMatchObject({ ok: true });
  });

  it.each(others)("are of keys it does not hold: $name", async ({ message }) => {
    const nowMs = timestampMs(message.header.sentAt) ?? 0;
    const outcome = await authenticateHeader(message, message.header.sender, view, nowMs);
    expect(outcome).toMatchObject({ ok: false, refusal: { code: "KEY_UNKNOWN" } });
  });

  it("are receipts of the gateway when its receipt key says so", async () => {
    const dispatches = readVectors<Named[]>("dispatch/valid.json");
    const receipt = dispatches.find(({ name }) => name.startsWith("a receipt of the gateway"));
    const parsed = parseDispatch(bytesOf(receipt?.bytes ?? ""), { allowGatewaySender: true });
    if (!parsed.ok) expect.unreachable(JSON.stringify(parsed.refusal));
    const { message } = parsed.value;
    const nowMs = timestampMs(message.header.sentAt) ?? 0;
    const outcome = await authenticateHeader(message, GATEWAY_SENDER, view, nowMs);
    expect(outcome).toMatchObject({ ok: true });
  });
});
