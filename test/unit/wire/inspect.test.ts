import { describe, expect, it } from "vitest";
import { Dispatch, LogEntry } from "#proto";
import { type Inspection, inspectEnvelope } from "#wire";
import { bytesOf, readVectors } from "../../support/vectors.ts";

interface Named {
  readonly name: string;
  readonly bytes: string;
}

/** The bytes of a golden vector, by its name. */
function vector(file: string, name: string): Uint8Array {
  const found = readVectors<Named[]>(file).find((one) => one.name === name);
  if (found === undefined) throw new TypeError(`no vector "${name}" in ${file}`);
  return bytesOf(found.bytes);
}

/** Inspects a golden vector, and makes sure that JSON can hold what comes out. */
async function inspect(file: string, name: string): Promise<Inspection> {
  const inspection = await inspectEnvelope(vector(file, name));
  expect(JSON.parse(JSON.stringify(inspection))).toEqual(inspection);
  return inspection;
}

describe("inspecting a message (TP-WIRE-20)", () => {
  it("shows the header in the words of the contract, without any key", async () => {
    const found = await inspect("envelope/valid.json", "trace reply, bound to the exact request");
    expect(found.form).toBe("envelope");
    expect(found.problems).toEqual([]);
    expect(found.header).toMatchObject({
      kind: "TRACE_REPLY",
      sender: "AT",
      recipients: ["NE"],
      sent_at: "2026-03-01T12:00:00Z",
      expires_at: "2026-05-30T12:00:00Z",
      register_version: 1,
      status: "TEST",
      priority: "ROUTINE",
      lane: "NORMAL",
      instrument_basis: ["ITI"],
      handling: { tlp: "RED", use: ["NO_ONWARD"], originator_state: "AT" },
      disclosed: { move: "FINAL", outcome_class: "ESTABLISHED" },
      in_reply_to: { original_sender: "NE" },
    });
    expect(found.header_digest).toMatch(/^[0-9a-f]{64}$/);
    expect(found.signatures).toEqual([
      { key_id: expect.stringMatching(/^[0-9a-f]{32}$/), size_bytes: 64 },
    ]);
  });

  it("compares each part with what the header says of it", async () => {
    const found = await inspect("envelope/valid.json", "trace request to one State");
    const [body, key] = found.parts;
    expect(body).toMatchObject({ name: "body", sealed: true, retention_class: "trace" });
    expect(body?.only_for).toBeUndefined();
    expect(key).toMatchObject({ name: "key", only_for: "AT", schema: "tracepost.v1.KeyPart" });
    for (const part of found.parts) expect(part.found_bytes).toBe(part.size_bytes);
    expect(found.parts.map(({ matches }) => matches)).toEqual([true, true]);
    expect(found.body).toBeUndefined();
  });

  it("says which part is not the one that was signed, and what it would be refused for", async () => {
    const found = await inspect("envelope/invalid.json", "a body with one bit changed");
    expect(found.parts.map(({ matches }) => matches)).toEqual([false, true]);
    expect(found.problems).toMatchObject([
      { code: "DIGEST_MISMATCH", field: "envelope.parts[0].content" },
    ]);
  });

  it("shows what can be read of a message that breaks a rule", async () => {
    const found = await inspect("envelope/invalid.json", "an unknown priority");
    expect(found.header).toMatchObject({ sender: "NE", priority: "unknown value 77" });
    expect(found.problems).toMatchObject([{ code: "MALFORMED", field: "header.priority" }]);
  });

  it("shows a time that no calendar has as it stands", async () => {
    const found = await inspect("envelope/invalid.json", "negative nanoseconds");
    expect(found.header?.sent_at).toBe("1772366400 s and -1 ns");
  });

  it("reads the body of a kind that is not sealed", async () => {
    const found = await inspect("envelope/valid.json", "gap notice about two ranges");
    expect(found.body).toEqual({
      missing: [
        { lane: "URGENT", first: 1, last: 1 },
        { lane: "NORMAL", first: 5, last: 9 },
      ],
    });
  });

  it("takes a receipt of the gateway for what it is", async () => {
    const found = await inspect("open-body/valid.json", "refused, by the gateway");
    expect(found.problems).toEqual([]);
    expect(found.header).toMatchObject({ sender: "GATEWAY", kind: "RECEIPT" });
    expect(found.body).toMatchObject({
      type: "REFUSED",
      items: [{ code: "EXPIRED", field: "header.expires_at" }],
    });
  });
});

describe("inspecting what lay in an inbox", () => {
  it("shows the message inside, and which key parts are not there", async () => {
    const found = await inspect("dispatch/valid.json", "an alert for its first recipient");
    expect(found.form).toBe("dispatch");
    expect(found.problems).toEqual([]);
    expect(found.header).toMatchObject({ kind: "ALERT", recipients: ["AT", "BR", "US"] });
    const present = found.parts.map(({ matches, only_for }) => [only_for ?? "all", matches]);
    expect(present).toEqual([
      ["all", true],
      ["AT", true],
      ["BR", undefined],
      ["US", undefined],
    ]);
    expect(found.evidence).toMatchObject({ index: 41, checkpoint: expect.any(String) });
  });

  it("reads the log entry of the evidence", async () => {
    const bytes = vector("dispatch/valid.json", "an alert for its first recipient");
    const { envelope } = Dispatch.decode(bytes);
    const entry = LogEntry.encode(LogEntry.create({ kind: 1, sender: "NE" })).finish();
    const evidence = { entry, index: 2n ** 60n, checkpoint: "", inclusionPath: [] };
    const found = await inspectEnvelope(Dispatch.encode({ envelope, evidence }).finish());
    expect(found.evidence).toMatchObject({
      // Too large for a number of JSON to be exact.
      index: "1152921504606846976",
      log_entry: { kind: "MESSAGE", sender: "NE" },
    });
  });

  it("says what an inbox would refuse it for", async () => {
    const name = "a key part that was changed on the way";
    const found = await inspect("dispatch/invalid.json", name);
    expect(found.form).toBe("dispatch");
    expect(found.parts[1]).toMatchObject({ name: "key", matches: false });
    expect(found.problems).toMatchObject([
      { code: "DIGEST_MISMATCH", field: "envelope.parts[1].content" },
    ]);
  });
});

describe("inspecting anything else", () => {
  it.each([
    ["nothing", new Uint8Array()],
    ["text", Buffer.from("ref,manufacturer,serial_number\n")],
    ["zeros", new Uint8Array(1_000)],
    ["a number", Buffer.from([8, 1])],
  ])("says that it is no message: %s", async (_what, bytes) => {
    const found = await inspectEnvelope(bytes);
    expect(found).toMatchObject({ form: "unknown", size_bytes: bytes.length, parts: [] });
    expect(found.problems).toHaveLength(1);
  });
});
