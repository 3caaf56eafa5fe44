import { beforeAll, describe, expect, it } from "vitest";
import { Envelope } from "#proto";
import { generateSealingKey, type SealingKeyPair } from "#trust";
import { filterForRecipient, parseEnvelope } from "#wire";
import { openParts } from "../../../lib/trust/open.ts";
import { openOwnCopy, type RecoveryPart } from "../../../lib/trust/recovery/own-copy.ts";
import { sealParts } from "../../../lib/trust/seal.ts";
import { makeParties } from "../../support/parties.ts";
import {
  bodyPart,
  personsPart,
  rebuilt,
  sealedTraceRequest,
  takenApart,
  withParts,
} from "../../support/sealed-message.ts";

/** What is sealed to the recovery key of a State beside a message (TP-RECOVER-2, TP-RECOVER-3). */

const parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }]);
const NE = parties.party("NE");
let br: SealingKeyPair;
let at: SealingKeyPair;
let state: SealingKeyPair;

beforeAll(async () => {
  br = await generateSealingKey();
  at = await generateSealingKey();
  state = await generateSealingKey();
});

const parts = [bodyPart(Buffer.from("body")), personsPart(Buffer.from("persons"))];

/** A message to both; with the recovery key its keys of the sender's own copy are noted. */
async function sealed(
  recovery?: string,
  to = [
    { id: "AT", pair: at },
    { id: "BR", pair: br },
  ],
) {
  let own: readonly RecoveryPart[] = [];
  const seal: typeof sealParts = async (job) => {
    const made = await sealParts({ ...job, ...(recovery !== undefined && { recovery }) });
    own = made.recovery;
    return made;
  };
  const sealer = { seal, open: openParts, close: async () => undefined };
  const recipients = to.map(({ id, pair }) => ({ id, sealingKey: pair.recipient }));
  const message = await sealedTraceRequest(sealer, NE, recipients, { parts });
  return { message, own };
}

async function texts(owner: string, envelope: Uint8Array, keys: readonly RecoveryPart[]) {
  const opened = await openOwnCopy({ owner, envelope, keys }, state.identity);
  if (!opened.ok) return `${opened.refusal.code} ${opened.refusal.field} ${opened.refusal.detail}`;
  return [...opened.value].map(([name, bytes]) => `${name}: ${Buffer.from(bytes)}`);
}

const ALL = ["body: body", "persons: persons"];

describe("the keys of an own copy", () => {
  it("are sealed to the State of the sender, if it has a recovery key", async () => {
    const { message, own } = await sealed(state.recipient);
    expect(own.map(({ partName }) => partName)).toEqual(["body", "persons"]);
    expect(await texts("NE", message.bytes, own)).toEqual(ALL);
    expect(await texts("BR", message.bytes, own)).toMatch(/^SEAL_BINDING key\.recipient/);
    expect((await sealed()).own).toEqual([]);
  });

  it("are sealed to the State of the recipient as it opens", async () => {
    const { message } = await sealed();
    const open = async (recovery?: string) => {
      const job = { envelope: message.bytes, recipient: "BR", identities: [br.identity] };
      const opened = await openParts({ ...job, ...(recovery !== undefined && { recovery }) });
      if (!opened.ok) throw new TypeError(opened.refusal.detail);
      return opened.value;
    };
    const { recovery } = await open(state.recipient);
    expect(await texts("BR", message.bytes, recovery)).toEqual(ALL);
    expect(await texts("NE", message.bytes, recovery)).toMatch(/^SEAL_BINDING/);
    expect((await open()).recovery).toEqual([]);
  });

  it("open nothing that was put in the place of a part, and only with their own key", async () => {
    const { message, own } = await sealed(state.recipient);
    const { header, parts: built } = takenApart(message);
    const [body, persons] = built;
    const swapped = [rebuilt(body, persons?.content ?? Buffer.of()), ...built.slice(1)];
    const other = withParts(header, swapped, NE).bytes;
    expect(await texts("NE", other, own)).toBe("CANNOT_OPEN body is not what was sealed");
    const keys = own.map((part) => ({ ...part, key: body?.content ?? part.key }));
    expect(await texts("NE", message.bytes, keys)).toBe(
      "CANNOT_OPEN recovery[body] is not sealed to this key",
    );
    const strange = await openOwnCopy(
      { owner: "NE", envelope: message.bytes, keys: own },
      br.identity,
    );
    expect(strange).toMatchObject({ refusal: { code: "CANNOT_OPEN", field: "recovery[body]" } });
  });
});

describe("a message to two", () => {
  it("opens for each with the key part that is its own", async () => {
    const { message } = await sealed();
    expect(parseEnvelope(message.bytes).ok).toBe(true);
    for (const [recipient, { identity }] of [
      ["BR", br],
      ["AT", at],
    ] as const) {
      const job = { envelope: message.bytes, recipient, identities: [identity] };
      expect(await openParts(job)).toMatchObject({ ok: true, value: { keyPart: { recipient } } });
    }
    const { header } = takenApart(message);
    const forAt = filterForRecipient(Envelope.decode(message.bytes), header, "AT");
    const job = { envelope: forAt, recipient: "BR", identities: [br.identity] };
    expect(await openParts(job)).toMatchObject({
      refusal: { code: "NOT_ADDRESSED", detail: "lacks one for this recipient" },
    });
  });
});
