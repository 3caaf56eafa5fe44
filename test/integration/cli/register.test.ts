import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { specsOf } from "../../support/nats-carrier.ts";

let dir = "";
let data = "";
let exchange: RunningExchange;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-register-cli-"));
  data = join(dir, "exchange");
  const [ke] = specsOf(["KE"]);
  if (ke === undefined) throw new TypeError("no specs");
  await initExchange({ dataDir: data, participants: [ke] });
  exchange = await startExchange({ dataDir: data });
  const user = ["user", "add", "records", "--name", "Records (made up)"];
  await json([...user, "--role", "RECORDS_OFFICER", ...at()]);
});

afterAll(async () => {
  await exchange?.stop();
  await rm(dir, { recursive: true, force: true });
});

const at = () => ["--data", data, "--participant", "KE"];

async function json(args: readonly string[], code = 0) {
  const end = await tracepost([...args, "--json"]);
  expect(end, end.err).toMatchObject({ code, err: "" });
  return JSON.parse(end.out);
}

describe("tracepost register (TP-FIRE-15)", () => {
  it("imports a file, finds what was misread, and writes the register out again", async () => {
    const file = join(dir, "register.csv");
    const lines = [
      "id,make,serial,madeUp,event,date,toState",
      "1,GLOCK,AB-1234,true,MANUFACTURED,2001,",
      "1,GLOCK,AB-1234,true,EXPORTED,2003-02,NE",
      "2,COLT,ZX 99812,true,MANUFACTURED,1999,",
      "",
    ];
    await writeFile(file, lines.join("\r\n"));
    const done = await json(["register", "import", file, ...at()]);
    expect(done).toMatchObject({ state: "DONE", records: 3, inserted: 2, events: 3, badLines: 0 });
    const again = await json(["register", "import", file, ...at()]);
    expect(again).toMatchObject({ state: "DONE", inserted: 0, updated: 0, unchanged: 3 });
    expect(await json(["register", "status", done.uploadId, ...at()])).toEqual(done);
    const { uploads } = await json(["register", "status", ...at()]);
    expect(uploads).toHaveLength(2);
    const found = await json(["register", "find", "--serial", "A81243", ...at()]);
    expect(found.candidates).toMatchObject([
      { relation: "TRANSPOSED", firearm: { id: "1", status: "exported", exportedTo: "NE" } },
    ]);
    const shown = await tracepost(["register", "show", "1", ...at()]);
    expect(shown.out).toContain("2003-02     EXPORTED to NE");
    const listed = await tracepost(["register", "list", "--serial", "AB 1234", ...at()]);
    expect(listed.out).toMatch(/^1 +GLOCK +AB-1234 +written alike +exported$/mu);
    const output = join(dir, "out.jsonl");
    await json(["register", "export", output, ...at()]);
    const written = (await readFile(output, "utf8")).trim().split("\n");
    expect(written.map((line) => JSON.parse(line).id)).toEqual(["1", "2"]);
  });

  it("ends with 2 for a file with a bad line, tells the line, and takes the rest when asked", async () => {
    const file = join(dir, "bad.jsonl");
    const good = JSON.stringify({ id: "9", make: "FN", serial: "Q7", status: "held" });
    await writeFile(file, `${good}\n{\n`);
    const refused = await json(["register", "import", file, ...at()], 2);
    expect(refused).toMatchObject({ state: "REFUSED", badLines: 1, inserted: 0 });
    const rejects = ["register", "rejects", refused.uploadId, ...at()];
    expect((await tracepost(rejects)).out).toContain("line 2: is not JSON");
    const output = join(dir, "rejects.jsonl");
    await json([...rejects, "--output", output]);
    expect(JSON.parse(await readFile(output, "utf8"))).toMatchObject({ line: 2, content: "{" });
    const partial = await json(["register", "import", file, "--partial", ...at()]);
    expect(partial).toMatchObject({ state: "DONE", badLines: 1, inserted: 1 });
  });

  it("gives up no import that is done, and lists no register as a whole", async () => {
    const { uploads } = await json(["register", "status", ...at()]);
    const end = await tracepost(["register", "cancel", uploads[0].uploadId, ...at(), "--json"]);
    expect(end).toMatchObject({ code: 2, out: "" });
    expect(JSON.parse(end.err).error.code).toBe("UPLOAD_CLOSED");
    const none = await tracepost(["register", "list", ...at()]);
    expect(none).toMatchObject({ code: 2, out: "" });
    expect(none.err).toContain("Give --serial TEXT, --make TEXT, or both");
  });
});
