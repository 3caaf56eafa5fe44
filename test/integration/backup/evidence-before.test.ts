import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseEvidenceFile, verifyEvidenceFile } from "#evidence";
import { writePublic } from "#trust";
import { verifyEvidenceBag } from "../../second-verifier/index.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { type MadeUpFolder, makeUpFolder } from "../../support/made-up-folder.ts";
import { reissue } from "../../support/parties.ts";
import { readRows } from "../../support/stored-post.ts";

let dir = "";
let folder: MadeUpFolder;
let messageId = "";
let asideDir = "";

/** A gateway's store that was put aside, as a succession of its log does. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-evidence-before-"));
  folder = await makeUpFolder(join(dir, "exchange"));
  await folder.exchangeOne();
  await folder.bench.close();
  const { logsBefore, store } = folder.paths.gateway;
  asideDir = join(logsBefore, "1");
  await mkdir(asideDir, { recursive: true });
  for (const part of ["", ".bodies"]) {
    await rename(`${store}${part}`, join(asideDir, `gateway.sqlite${part}`));
  }
  const rows = await readRows(join(asideDir, "gateway.sqlite"), (all) =>
    all<{ message_id: string }>("SELECT message_id FROM messages WHERE sender = 'NE' LIMIT 1"),
  );
  messageId = rows[0]?.message_id ?? expect.fail("nothing was recorded");
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const exported = (id: string, name: string, ...more: string[]) =>
  tracepostHere([
    ...["evidence", "export", id, "--out", join(dir, name)],
    ...["--data", folder.paths.dataDir, "--log-before", "1", ...more],
  ]);

describe("evidence out of a store that was put aside (TP-EVID-11)", () => {
  test("is proven offline, by both verifiers, and leaves the store as it is", async () => {
    const before = await readFile(join(asideDir, "gateway.sqlite"));
    const { code, err } = await exported(messageId, "one.zip", "--sender", "NE");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const file = await readFile(join(dir, "one.zip"));
    const { keyId } = folder.parties.root;
    const report = verifyEvidenceFile(file, [[keyId]]);
    expect(report).toMatchObject({ verdict: "proven", problems: [] });
    expect(report.messages).toMatchObject([
      { messageId, outcome: "accepted", deliveries: [{ recipient: "BR", outcome: "delivered" }] },
    ]);
    expect(verifyEvidenceBag(file, keyId)).toMatchObject([{ messageId, outcome: "accepted" }]);
    expect(await readFile(join(asideDir, "gateway.sqlite"))).toEqual(before);
  });

  test("is of a conversation too, under the register of today as well", async () => {
    const { paths, parties } = folder;
    const known = await readFile(paths.exchange.register);
    await writePublic(
      paths.exchange.register,
      reissue(parties, known, () => ({})),
    );
    const one = parseEvidenceFile(await readFile(join(dir, "one.zip"))).content;
    const [message] = verifyEvidenceFile(await readFile(join(dir, "one.zip")), []).messages;
    expect(await exported(message?.conversationId ?? "", "all.zip")).toMatchObject({ code: 0 });
    const { content } = parseEvidenceFile(await readFile(join(dir, "all.zip")));
    expect(content.registers.map(({ version }) => version)).toEqual([
      ...one.registers.map(({ version }) => version),
      (one.registers.at(-1)?.version ?? 0) + 1,
    ]);
    const report = verifyEvidenceFile(await readFile(join(dir, "all.zip")), [[parties.root.keyId]]);
    expect(report).toMatchObject({ verdict: "proven", problems: [] });
  });

  test("is refused for what is not there, with what to do", async () => {
    const unknown = await exported("none", "none.zip", "--sender", "NE", "--json");
    expect(JSON.parse(unknown.err).error).toMatchObject({
      code: "INPUT_INVALID",
      problems: ["it is not in the records"],
    });
    const absent = await exported(messageId, "none.zip", "--log-before", "2", "--json");
    expect(JSON.parse(absent.err).error).toMatchObject({
      code: "DATA_FOLDER",
      message: "there is no log 2 that was put aside",
    });
    expect(await exported(messageId, "none.zip", "--log-before", "x")).toMatchObject({ code: 2 });
    expect(await readdir(dir)).not.toContain("none.zip");
  });
});
