import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCheckpointSigner } from "#message-log";
import { generateLogKey, saveSigningKey } from "#trust";
import { LogKeyRing } from "../../../gateway/identity.ts";
import { makeParties } from "../../support/parties.ts";

test("each key of the log that the register names signs, old and new (TP-LOG-17)", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tracepost-log-keys-"));
  try {
    const { checkpointKey, register } = makeParties([{ id: "NE" }]);
    const [old, next] = [generateLogKey(), generateLogKey()];
    await saveSigningKey(join(folder, "log-ml-dsa-44.key"), old);
    const ring = await LogKeyRing.open(folder);
    const signer = createCheckpointSigner(checkpointKey, register.logOrigin);
    const note = signer.sign(1, Buffer.alloc(32));
    const lines = (...logKeyIds: string[]) =>
      ring
        .countersign(note, { ...register, logKeyIds }, 0)
        .slice(note.length)
        .split("\n").length - 1;
    expect([lines(), lines(old.keyId), lines(old.keyId, next.keyId)]).toEqual([0, 1, 1]);
    await saveSigningKey(join(folder, "log-ml-dsa-44-2.key"), next);
    await ring.reload();
    expect([lines(old.keyId), lines(old.keyId, next.keyId), lines(next.keyId)]).toEqual([1, 2, 1]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
