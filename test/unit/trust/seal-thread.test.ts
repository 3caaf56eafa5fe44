import { describe, expect, it } from "vitest";
import { createSealer, generateSealingKey } from "#trust";
import { SealThread } from "../../../lib/trust/seal-thread.ts";
import { makeParties } from "../../support/parties.ts";
import { bodyPart, sealedTraceRequest } from "../../support/sealed-message.ts";

/** A thread that ends, and what is told to who waits for it. */

const junk = { envelope: Buffer.from("junk"), recipient: "BR", identities: [] };
const task = { type: "open", job: junk } as const;
const MALFORMED = { type: "opened", value: { ok: false, refusal: { code: "MALFORMED" } } };

describe("a sealing thread", () => {
  it("that ends fails every job under way, and a new one takes its place", async () => {
    const thread = new SealThread();
    await thread.terminate();
    expect(await thread.run(task)).toMatchObject(MALFORMED);
    const jobs = [thread.run(task), thread.run(task)].map((job) => job.catch((fault) => fault));
    await thread.terminate();
    for (const fault of await Promise.all(jobs)) {
      expect(fault).toMatchObject({ code: "INTERNAL", message: "a sealing thread has ended" });
    }
    expect(await thread.run(task)).toMatchObject(MALFORMED);
    await thread.terminate();
  });
});

describe("a sealer", () => {
  it("has a thread at least, and says in words what a thread could not do", async () => {
    const sealer = createSealer({ workers: 0 });
    const from = makeParties([{ id: "NE" }]).party("NE");
    const to = (sealingKey: string) =>
      sealedTraceRequest(sealer, from, [{ id: "BR", sealingKey }], { parts: [bodyPart()] });
    await expect(to("age1classic")).rejects.toMatchObject({
      code: "INTERNAL",
      message: "sealing failed: the sealing key of BR is not age1pq1…",
    });
    const { identity, recipient } = await generateSealingKey();
    const whole = Buffer.concat([Buffer.from("before"), (await to(recipient)).bytes]);
    const envelope = whole.subarray(6);
    const opened = await sealer.open({ envelope, recipient: "BR", identities: [identity] });
    expect(opened.ok).toBe(true);
    await sealer.close();
  });
});
