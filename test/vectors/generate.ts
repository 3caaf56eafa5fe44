/**
 * Writes the golden vectors: `node test/vectors/generate.ts`. They are encoded by protobufjs and
 * signed by node:crypto, never by the code they test, with keys and ids that stay the same; so they
 * come out the same, but for what is sealed, which is made once and kept. Changing one needs an
 * ADR.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadContract } from "../support/contract.ts";
import { invalidDispatches, validDispatches } from "./make/dispatches.ts";
import { invalidEncodings } from "./make/invalid-encodings.ts";
import { invalidHeaderEncodings } from "./make/invalid-header-encodings.ts";
import { invalidHeaders } from "./make/invalid-headers.ts";
import { invalidParts } from "./make/invalid-parts.ts";
import { invalidLedgers, validLedgers } from "./make/ledgers.ts";
import { gatewayReceipt, invalidBodies, validBodies } from "./make/open-bodies.ts";
import { registerVersionVectors } from "./make/register-versions.ts";
import { registerVectors } from "./make/registers.ts";
import { Encoder } from "./make/sample-message.ts";
import { sealedMessage } from "./make/sealed-message.ts";
import { p256SignatureVectors, signatureVectors } from "./make/signatures.ts";
import { INVALID_SUBJECTS, VALID_SUBJECTS } from "./make/subjects.ts";
import { validEnvelopes } from "./make/valid-envelopes.ts";
import { refusedAlike } from "./make/vector-forms.ts";

const written: string[] = [];
const encoder = new Encoder(await loadContract("snake_case"));

async function write(file: string, value: unknown): Promise<void> {
  const path = join(import.meta.dirname, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
  written.push(path);
}

await write("envelope/valid.json", validEnvelopes(encoder));
await write("envelope/invalid.json", [
  ...invalidEncodings(encoder),
  ...invalidHeaderEncodings(encoder),
  ...invalidHeaders(encoder),
  ...invalidParts(encoder),
  ...refusedAlike("TP-WIRE-6", "MALFORMED", "header.sender", {
    "a receipt of the gateway in an outbox": encoder.sample(gatewayReceipt(encoder)),
  }),
]);
await write("dispatch/valid.json", validDispatches(encoder));
await write("dispatch/invalid.json", invalidDispatches(encoder));
await write("open-body/valid.json", validBodies(encoder));
await write("open-body/invalid.json", invalidBodies(encoder));
await write("ledger/valid.json", validLedgers(encoder));
await write("ledger/invalid.json", invalidLedgers(encoder));
await write("subject/subjects.json", { valid: VALID_SUBJECTS, invalid: INVALID_SUBJECTS });
await write("signature/signatures.json", signatureVectors(encoder));
await write("signature/p256.json", p256SignatureVectors(encoder));
await write("register/registers.json", registerVectors(encoder));
await write("register/versions.json", registerVersionVectors(encoder));
if (!existsSync(join(import.meta.dirname, "sealed/message.json"))) {
  await write("sealed/message.json", await sealedMessage(encoder));
}

execFileSync("npx", ["biome", "format", "--write", ...written], { stdio: "inherit" });
