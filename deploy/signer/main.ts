/**
 * A program that signs for a participant (docs/spec/signers.md, TP-SIGN-3), to be run as another
 * user, on another machine, or in front of an HSM:
 *
 *   node deploy/signer/main.ts FOLDER          private keys: *.pem, PKCS#8, 0600
 *   node deploy/signer/main.ts FOLDER PROGRAM  public keys: *.pem, SPKI; PROGRAM signs
 *
 * PROGRAM is run for each signature, with the name of the key file without .pem as its one
 * argument. It reads from standard input what is to be signed, for P-256 the SHA-256 digest, and
 * writes the signature to standard output, raw or in DER. Its PIN it has from a file or from the
 * environment of this program, never from an argument. This folder needs nothing but Node, so it
 * can be copied to where the keys are.
 */
import { createInterface } from "node:readline";
import { type Question, readKeys } from "./held-keys.ts";

const [folder, program] = process.argv.slice(2);
const held =
  folder === undefined
    ? "usage: node deploy/signer/main.ts FOLDER [PROGRAM]"
    : readKeys(folder, program);
if (typeof held === "string") {
  process.stderr.write(`${held}\n`);
  process.exit(2);
}
for await (const line of createInterface({ input: process.stdin })) {
  // One after the other: a card does one thing at a time.
  process.stdout.write(`${JSON.stringify(await held.answer(JSON.parse(line) as Question))}\n`);
}
