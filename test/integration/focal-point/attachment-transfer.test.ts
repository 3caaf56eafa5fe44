import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ATTACHMENT_LIMITS } from "#runtime";
import { type FocalPoints, openFocalPoints } from "../../support/focal-points.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { exif, JPEG, jpegWith, pdf, segment } from "../../support/pictures.ts";
import { traceBody } from "../../support/trace-body.ts";

let states: FocalPoints;

beforeEach(async () => {
  states = await openFocalPoints(["US", "AT"]);
});

afterEach(() => states.close());

const EXIF = Buffer.concat([Buffer.from("Exif\0\0"), exif(6)]);
const PHOTO = jpegWith([segment(0xe1, EXIF)]);
const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes that somebody in this process still refers to. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Uploads a file at a State and completes it; gives its id. */
async function upload(id: string, bytes: Uint8Array, name: string): Promise<string> {
  const facts = { name, sizeBytes: bytes.length, sha256: digest(bytes) };
  const { body } = await states.ask(id, "POST", "/v1/attachments", facts);
  for (let at = 0; at * body.pieceBytes < bytes.length; at += 1) {
    const piece = bytes.subarray(at * body.pieceBytes, (at + 1) * body.pieceBytes);
    await states.ask(id, "PUT", `/v1/attachments/${body.attachmentId}/pieces/${at}`, piece);
  }
  const path = `/v1/attachments/${body.attachmentId}/complete`;
  expect((await states.ask(id, "POST", path)).status).toBe(200);
  return body.attachmentId;
}

/** Sends a request with attachments from the US to AT; gives the case. */
async function send(attachments: readonly object[]): Promise<string> {
  const trace = { ...traceBody({ to: "AT", serial: "MADE-UP 1" }), attachments };
  const { status, body } = await states.ask("US", "POST", "/v1/traces", trace);
  expect([status, body]).toMatchObject([201, {}]);
  return body.caseId;
}

const listOf = async (id: string, caseId: string) =>
  (await states.ask(id, "GET", `/v1/traces/${caseId}/attachments`)).body.attachments ?? [];

/** Waits until the first attachment of a case at a State is as wanted. */
const untilFirst = (id: string, caseId: string, what: string, isSo: (one: Shown) => boolean) =>
  states.until<Shown>(what, async () => {
    const [first] = await listOf(id, caseId);
    return first !== undefined && isSo(first) ? first : undefined;
  });

interface Shown {
  readonly attachmentId: string;
  readonly state: string;
  readonly missing: readonly number[];
  readonly previewBytes?: number;
  readonly problem?: string;
}

describe("a photograph that goes with a request", () => {
  test("shows its preview first; its original comes when it is called for (TP-ATT-12 to TP-ATT-14, TP-ATT-19)", async () => {
    const attachmentId = await upload("US", PHOTO, "serial number.jpg");
    const attached = { attachmentId, view: "SERIAL", description: "left side of the frame" };
    const caseId = await send([attached]);
    const shown = await untilFirst(
      "AT",
      caseId,
      "its preview came",
      (one) => (one.previewBytes ?? 0) > 0,
    );
    expect(shown).toMatchObject({
      state: "announced",
      direction: "received",
      name: "serial number.jpg",
      view: "SERIAL",
      description: "left side of the frame",
      missing: [0],
    });
    const preview = await states.ask("AT", "GET", `/v1/attachments/${shown.attachmentId}/preview`);
    expect(preview.bytes.subarray(0, 3)).toEqual(Buffer.of(0xff, 0xd8, 0xff));
    const original = `/v1/attachments/${shown.attachmentId}/original`;
    expect((await states.ask("AT", "GET", original)).status).toBe(404);
    const called = await states.ask("AT", "POST", `/v1/attachments/${shown.attachmentId}/call`);
    expect(called.body).toMatchObject({ state: "called" });
    await untilFirst("AT", caseId, "its original came", ({ state }) => state === "ready");
    const ours = await states.ask("US", "GET", `/v1/attachments/${attachmentId}/original`);
    expect((await states.ask("AT", "GET", original)).bytes).toEqual(ours.bytes);
    const { body } = await states.ask("AT", "GET", "/v1/changes?after=0");
    const kinds = body.changes.map(({ kind }: { kind: string }) => kind);
    expect(kinds.filter((kind: string) => kind.startsWith("attachment."))).toEqual([
      "attachment.announced",
      "attachment.preview",
      "attachment.ready",
    ]);
    const detail = await states.ask("AT", "GET", `/v1/traces/${caseId}`);
    expect(detail.body.attachments).toMatchObject([{ state: "ready" }]);
  });

  test("goes with an answer as well, and is not another State's to pass on (TP-ATT-16)", async () => {
    const caseId = await send([]);
    await states.until("it came", async () => {
      const { status } = await states.ask("AT", "GET", `/v1/traces/${caseId}`);
      return status === 200 ? true : undefined;
    });
    const attachmentId = await upload("AT", pdf(), "proof record.pdf");
    const acknowledgement = { nationalReference: "AT/1" };
    const answer = { acknowledgement, attachments: [{ attachmentId }] };
    const replied = await states.ask("AT", "POST", `/v1/traces/${caseId}/reply`, answer);
    expect(replied.status).toBe(201);
    const named = await untilFirst(
      "US",
      caseId,
      "it is named",
      ({ state }) => state === "announced",
    );
    await states.ask("US", "POST", `/v1/attachments/${named.attachmentId}/call`);
    await untilFirst("US", caseId, "it came", ({ state }) => state === "ready");
    const again = { ...traceBody({ to: "AT", serial: "MADE-UP 2" }) };
    const onward = { ...again, attachments: [{ attachmentId: named.attachmentId }] };
    const refused = await states.ask("US", "POST", "/v1/traces", onward);
    expect(refused.body).toMatchObject({
      code: "NOT_PERMITTED",
      field: "attachments.0.attachmentId",
    });
    const unknown = { ...again, attachments: [{ attachmentId: "none" }] };
    expect((await states.ask("US", "POST", "/v1/traces", unknown)).status).toBe(422);
  });
});

describe("an original of many pieces", () => {
  test("goes on after a restart of either side (TP-ATT-18)", async () => {
    const bytes = documentOf(6 * ATTACHMENT_LIMITS.pieceBytes + 5);
    const attachmentId = await upload("US", bytes, "register.pdf");
    const caseId = await send([{ attachmentId }]);
    const named = await untilFirst("AT", caseId, "it is named", () => true);
    // The line is cut after a few pieces have left.
    let chunks = 0;
    states.carrier.intercept = (publication) => {
      if (!publication.subject.startsWith("tp.out.US.bulk.attachment-chunk")) return publication;
      chunks += 1;
      return chunks > 3 ? undefined : publication;
    };
    await states.ask("AT", "POST", `/v1/attachments/${named.attachmentId}/call`);
    await untilFirst("AT", caseId, "some came", ({ missing }) => missing.length <= 5);
    await states.stop("US");
    await states.stop("AT");
    states.carrier.intercept = (publication) => publication;
    await states.start("AT");
    await states.start("US");
    await untilFirst("AT", caseId, "all of it came", ({ state }) => state === "ready");
    const path = `/v1/attachments/${named.attachmentId}/original`;
    expect(digest((await states.ask("AT", "GET", path)).bytes)).toBe(digest(bytes));
  });

  test("of 50 MB crosses in flat memory (TP-ATT-14)", async () => {
    const bytes = documentOf(50_000_000);
    const sha256 = digest(bytes);
    const attachmentId = await upload("US", bytes, "register.pdf");
    const caseId = await send([{ attachmentId }]);
    const named = await untilFirst("AT", caseId, "it is named", () => true);
    await states.ask("AT", "POST", `/v1/attachments/${named.attachmentId}/call`);
    // From a quarter on: until then caches fill that are the same for an item of any size.
    const held: number[] = [];
    for (const missingMax of [72, 48, 24, 0]) {
      const isSo = ({ missing }: Shown) => missing.length <= missingMax;
      await untilFirst("AT", caseId, `all but ${missingMax} pieces came`, isSo);
      held.push(heldBytes());
    }
    await untilFirst("AT", caseId, "all of it came", ({ state }) => state === "ready");
    const path = `/v1/attachments/${named.attachmentId}/original`;
    expect(digest((await states.ask("AT", "GET", path)).bytes)).toBe(sha256);
    const grownMib = (Math.max(...held) - (held[0] ?? 0)) / 2 ** 20;
    // Three services hold and pass on each piece; what one of them kept of the rest would be 36.
    expect(grownMib).toBeLessThan(30);
  });
});

test("the command line attaches, lists, calls and saves (TP-ATT-20)", async () => {
  const file = (name: string): string => join(states.dataDir("US"), name);
  await writeFile(file("marks.jpg"), PHOTO);
  await writeFile(file("request.json"), JSON.stringify(traceBody({ to: "AT", serial: "CLI 1" })));
  const run = async (id: string, ...words: string[]) => {
    const { url, token } = states.door(id);
    await writeFile(file(`${id}.token`), token, { mode: 0o600 });
    const access = ["--url", url, "--token-file", file(`${id}.token`), "--json"];
    const { code, err, out } = await tracepostHere([...words, ...access]);
    expect([code, err]).toEqual([0, ""]);
    return JSON.parse(out);
  };
  const added = await run("US", "attachment", "add", file("marks.jpg"));
  expect(added).toMatchObject({ state: "ready", image: { removed: ["EXIF", "GPS"] } });
  // The same file is what it is already.
  expect(await run("US", "attachment", "add", file("marks.jpg"))).toEqual(added);
  const attach = ["--attach", file("marks.jpg")];
  const { caseId } = await run("US", "trace", "send", file("request.json"), ...attach);
  const { attachmentId } = await untilFirst("AT", caseId, "it is named", () => true);
  const listed = await run("AT", "attachment", "list", caseId);
  expect(listed.attachments).toMatchObject([{ attachmentId, name: "marks.jpg" }]);
  const called = await run("AT", "attachment", "call", attachmentId, "--wait");
  expect(called).toMatchObject({ state: "ready" });
  await run("AT", "attachment", "get", attachmentId, "--out", file("saved.jpg"));
  expect(await readFile(file("saved.jpg"))).toEqual(JPEG);
});

/** A document that does not compress, of a size. */
function documentOf(sizeBytes: number): Buffer {
  const bytes = pdf(sizeBytes);
  for (let at = 16; at < sizeBytes - 16; at += 4)
    bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  return bytes;
}
