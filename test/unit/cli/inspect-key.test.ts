import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Dispatch, TraceRequest } from "#proto";
import { createSealer, generateSealingKey, type SealingKeyPair, saveSealingKey } from "#trust";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { makeParties } from "../../support/parties.ts";
import {
  bodyPart,
  personsPart,
  type SealedChanges,
  sealedTraceRequest,
} from "../../support/sealed-message.ts";
import { completeTraceRequest } from "../../support/trace-bodies.ts";

const sealer = createSealer();
const kenya = makeParties([{ id: "KE" }]).party("KE");
const body = bodyPart(TraceRequest.encode(completeTraceRequest()).finish());
let dir = "";
let austria: SealingKeyPair;
let own = "";
let foreign = "";

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-inspect-"));
  austria = await generateSealingKey();
  own = join(dir, "own.age");
  foreign = join(dir, "foreign.age");
  await saveSealingKey(own, austria);
  await saveSealingKey(foreign, await generateSealingKey());
});
afterAll(async () => {
  await sealer.close();
  await rm(dir, { recursive: true, force: true });
});

async function message(changes: SealedChanges = {}): Promise<Uint8Array> {
  const to = [{ id: "AT", sealingKey: austria.recipient }];
  return (await sealedTraceRequest(sealer, kenya, to, { parts: [body], ...changes })).bytes;
}

async function inspect(bytes: Uint8Array, key: string, ...more: string[]) {
  const file = join(dir, "message.bin");
  await writeFile(file, bytes);
  return await tracepost(["inspect", file, "--key", key, ...more]);
}

// TP-CLI-8
describe("inspect with a sealing key", () => {
  it("shows what is inside by the names of the contract", async () => {
    const bytes = await message();
    const { code, err, out } = await inspect(bytes, own);
    expect(code, err).toBe(0);
    expect(out).toContain("Opened with the key of AT:");
    expect(out).toMatch(/^ {2}body:$/mu);
    expect(out).toMatch(/^ {4}national_case_number: KE\/2026\/17$/mu);
    expect(out).toMatch(/^ {6}serial_raw: MADE-123$/mu);
    expect(out).toMatch(/^ {2}key for AT: opened$/mu);
    const asJson = JSON.parse((await inspect(bytes, own, "--json")).out);
    expect(asJson.opening).toMatchObject({
      recipient: "AT",
      parts: [
        { name: "body", opened: true, content: { national_case_number: "KE/2026/17" } },
        { name: "key", only_for: "AT", opened: true },
      ],
    });
  });

  it("opens a message as it lies in an inbox", async () => {
    const envelope = await message();
    const dispatch = Dispatch.encode(Dispatch.create({ envelope })).finish();
    const { out } = await inspect(dispatch, own, "--json");
    expect(JSON.parse(out)).toMatchObject({ form: "dispatch", opening: { recipient: "AT" } });
  });

  it("gives content of another form as bytes", async () => {
    const persons = personsPart(Buffer.from("\u007F made up"));
    const bytes = await message({ parts: [body, persons] });
    const { out } = await inspect(bytes, own);
    expect(out).toMatch(/^ {2}persons: 9 bytes of another form; --json gives them in base64$/mu);
    const { opening } = JSON.parse((await inspect(bytes, own, "--json")).out);
    const found = opening.parts.find(({ name }: { name: string }) => name === "persons");
    expect(Buffer.from(found.content_base64, "base64").toString()).toBe("\u007F made up");
  });

  it("says of each part why a foreign key does not open it, with exit code 2", async () => {
    const { code, out } = await inspect(await message(), foreign);
    expect(code).toBe(2);
    expect(out).toContain("The key opens nothing:");
    expect(out).toMatch(/^ {2}body: not opened, CANNOT_OPEN: .*does not open with our keys$/mu);
    expect(out).not.toContain("KE/2026/17");
  });

  it("says that a seal was made for another message", async () => {
    const { code, out } = await inspect(await message({ binding: { sender: "BR" } }), own);
    expect(code).toBe(2);
    expect(out).toContain("not opened, SEAL_BINDING: key.sender is not what the header says");
  });

  it("shows the outside of bytes that are no message, and opens nothing", async () => {
    const { code, out } = await inspect(Buffer.from("not a message"), own);
    expect(code).toBe(2);
    expect(out).toContain("Not a message of tracepost.v1");
    expect(out).toContain("The key opens nothing:");
  });

  it("takes no key that others can read, or that is none", async () => {
    const bytes = await message();
    const open = join(dir, "open.age");
    await saveSealingKey(open, await generateSealingKey());
    await chmod(open, 0o644);
    const end = await inspect(bytes, open);
    expect(end).toMatchObject({ code: 3, out: "" });
    expect(end.err).toContain(`chmod 600 ${open}`);
    const none = join(dir, "none.age");
    await writeFile(none, "no key\n", { mode: 0o600 });
    expect(await inspect(bytes, none)).toMatchObject({ code: 3, out: "" });
    expect(await inspect(bytes, join(dir, "absent.age"))).toMatchObject({ code: 3, out: "" });
  });
});
