import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import { printable } from "#runtime";
import { addAction, type Terminal } from "../command-result.ts";
import { receiptSentence } from "../sent-message.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";
import type { ReceiptView } from "../trace-calls.ts";

interface ListOptions extends ServiceOptions {
  readonly recipient?: string;
}

interface ProofOptions extends ServiceOptions {
  readonly sender?: string;
  readonly out?: string;
}

interface ReceiptsView {
  readonly messageId: string;
  readonly state: string;
  readonly receipts: readonly (ReceiptView & { readonly logIndex?: number })[];
}

interface ProofView {
  readonly sender: string;
  readonly messageId: string;
  readonly index: number;
  /** All of it as one C2SP tlog-proof. */
  readonly file: string;
  readonly register: { readonly version: string; readonly logOrigin: string };
}

const LIST_HELP = `
Lists what the exchange and the recipients have signed about a message of this State. --json has
each receipt byte for byte as it was signed, with the proof that it was logged.

Example:
  tracepost receipt list 019b0f6e-5a11-7a44-9b0c-2f6e8d1a7b3c --data exchange --participant KE
`;

const PROOF_HELP = `
Gives what proves to anybody, offline, that a message was logged: entry, path and checkpoint as one
C2SP tlog-proof. Of a message received say who sent it, with --sender.

Examples:
  tracepost receipt proof 019b0f6e-5a11-7a44-9b0c-2f6e8d1a7b3c --out message.tlog-proof \\
    --data exchange --participant KE
`;

const ACCESS = { kind: "focal-point", defaultUser: "person" } as const;

const messagePath = (messageId: string, below: string, of: Readonly<Record<string, string>>) => {
  const query = new URLSearchParams(of);
  const path = `/v1/messages/${encodeURIComponent(messageId)}/${below}`;
  return { path: query.size === 0 ? path : `${path}?${query}` };
};

/** Adds `receipt list` and `receipt proof`: evidence about a message (TP-API-20). */
export function addReceipt(parent: Command, terminal: Terminal): void {
  const listing = parent
    .command("list")
    .description("list what was signed about a message of this State")
    .argument("<message>", "id of the message");
  addServiceOptions(listing, "focal-point");
  listing.option("--recipient <id>", "only about this participant").addHelpText("after", LIST_HELP);
  addAction<ListOptions>(listing, terminal, async (options, messageId = "") => {
    const { recipient } = options;
    const of = recipient === undefined ? {} : { recipient };
    const service = await openService(options, terminal, ACCESS);
    const found = await callService<ReceiptsView>(service, messagePath(messageId, "receipts", of));
    const lines = found.receipts.map((receipt) =>
      printable(`  ${receipt.receivedAt}  ${receiptSentence(receipt, receipt.logIndex)}`),
    );
    return { json: found, lines: [`${found.messageId}: ${found.state}`, ...lines] };
  });
  const proving = parent
    .command("proof")
    .description("give what proves that a message was logged")
    .argument("<message>", "id of the message");
  addServiceOptions(proving, "focal-point");
  proving
    .option("--sender <id>", "of a message received: who sent it")
    .option("--out <file>", "new file for the proof")
    .addHelpText("after", PROOF_HELP);
  addAction<ProofOptions>(proving, terminal, async (options, messageId = "") => {
    const { out, sender } = options;
    const of = sender === undefined ? {} : { sender };
    const service = await openService(options, terminal, ACCESS);
    const proof = await callService<ProofView>(service, messagePath(messageId, "proof", of));
    if (out === undefined) return { json: proof, lines: proof.file.split("\n") };
    await saveNew(out, proof.file);
    const { index, register } = proof;
    const line = `Wrote ${out}: entry ${index} of the log ${register.logOrigin}.`;
    return { json: { ...proof, out }, lines: [printable(line)] };
  });
}

async function saveNew(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: "wx" }).catch((caught: unknown) => {
    throw new TracepostError("USAGE", `${file} cannot be written`, {
      cause: caught,
      remedy: "Name a file that is not there yet, in a folder that is.",
    });
  });
}
