import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import { CLI_LIMITS } from "#runtime";
import {
  type AttachmentView,
  attachmentLine,
  attachmentPath,
  download,
  uploadFile,
} from "../attachment-calls.ts";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import {
  accessWords,
  addServiceOptions,
  callService,
  openService,
  type ServiceAccess,
  type ServiceOptions,
} from "../service-access.ts";
import { allTraces, findCaseId } from "../trace-calls.ts";

const ACCESS = { kind: "focal-point", defaultUser: "person" } as const;

/** Adds `attachment add`, `list`, `get`, `call` and `remove` (TP-ATT-20). */
export function addAttachmentCommands(parent: Command, terminal: Terminal): void {
  addAdd(parent, terminal);
  addList(parent, terminal);
  addGet(parent, terminal);
  addCall(parent, terminal);
  addRemove(parent, terminal);
}

function addAdd(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("add")
    .description("upload a photograph or document, to go with a request or an answer")
    .argument("<file>", "a JPEG, PNG or PDF");
  addServiceOptions(command, "focal-point");
  command.addHelpText(
    "after",
    `
Uploads a file in pieces and has it cleaned: an image loses everything but the picture, and the
answer says what that was; a document keeps the metadata inside it. The same file again goes on where
the line broke. What no case holds after a week is removed.

Examples:
  tracepost attachment add marks.jpg --data exchange --participant KE
  tracepost attachment add marks.jpg --url https://focal-point.example --token-file my.token
`,
  );
  addAction<ServiceOptions>(command, terminal, async (options, file = "") => {
    const service = await openService(options, terminal, ACCESS);
    const added = await uploadFile(service, file);
    const removed = added.image?.removed ?? [];
    return {
      json: added,
      lines: [
        attachmentLine(added),
        ...(removed.length === 0 ? [] : [`Removed from the file: ${removed.join(", ")}.`]),
      ],
    };
  });
}

function addList(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("list")
    .description("list the photographs and documents of a case")
    .argument("<case>", "case id, the beginning of one, or a national case number");
  addServiceOptions(command, "focal-point");
  command.addHelpText(
    "after",
    `
Examples:
  tracepost attachment list KE/2026/17 --data exchange --participant KE
  tracepost attachment list 0199b1f0 --url https://focal-point.example --token-file my.token
`,
  );
  addAction<ServiceOptions>(command, terminal, async (options, name = "") => {
    const service = await openService(options, terminal, ACCESS);
    const caseId = await findCaseId(allTraces(service, {}), name);
    const path = `/v1/traces/${caseId}/attachments`;
    const found = await callService<{ attachments: AttachmentView[] }>(service, { path });
    const lines = found.attachments.map(attachmentLine);
    return { json: found, lines: lines.length === 0 ? ["Nothing is attached."] : lines };
  });
}

interface GetOptions extends ServiceOptions {
  readonly out: string;
  readonly preview?: boolean;
}

function addGet(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("get")
    .description("save an original, or a preview")
    .argument("<attachment>", "id of the attachment")
    .requiredOption("--out <file>", "where it is saved; a file that is there is left alone")
    .option("--preview", "the preview instead of the original");
  addServiceOptions(command, "focal-point");
  command.addHelpText(
    "after",
    `
Examples:
  tracepost attachment get 0199b1f0-7c1a-7d2b-8e3c-4f5a6b7c8d9e --out marks.jpg --data exchange --participant AT
  tracepost attachment get 0199b1f0-7c1a-7d2b-8e3c-4f5a6b7c8d9e --preview --out small.jpg --data exchange --participant AT
`,
  );
  addAction<GetOptions>(command, terminal, async (options, attachmentId = "") => {
    const service = await openService(options, terminal, ACCESS);
    const path = attachmentPath(attachmentId);
    const found = await callService<AttachmentView>(service, { path });
    const isPreview = options.preview === true;
    if (!isPreview && found.state !== "ready") {
      throw new TracepostError("USAGE", `its original is not here: it is ${found.state}`, {
        remedy: `tracepost attachment call ${attachmentId} ${accessWords(options)}`,
      });
    }
    await download(service, `${path}/${isPreview ? "preview" : "original"}`, options.out);
    return { json: { ...found, savedAs: options.out }, lines: [`Saved: ${options.out}`] };
  });
}

interface CallOptions extends ServiceOptions {
  readonly wait?: boolean;
}

function addCall(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("call")
    .description("ask the other State for an original, or for what is still missing of it")
    .argument("<attachment>", "id of the attachment")
    .option("--wait", "wait until it is here, or for a minute");
  addServiceOptions(command, "focal-point");
  command.addHelpText(
    "after",
    `
Examples:
  tracepost attachment call 0199b1f0-7c1a-7d2b-8e3c-4f5a6b7c8d9e --data exchange --participant AT
  tracepost attachment call 0199b1f0-7c1a-7d2b-8e3c-4f5a6b7c8d9e --wait --data exchange --participant AT
`,
  );
  addAction<CallOptions>(command, terminal, async (options, attachmentId = "") => {
    const service = await openService(options, terminal, ACCESS);
    const path = attachmentPath(attachmentId);
    await callService(service, { method: "POST", path: `${path}/call` });
    return await tellCalled(service, path, options);
  });
}

/** How an attachment that was called for stands, with `--wait` once it is decided. */
async function tellCalled(
  service: ServiceAccess,
  path: string,
  { wait }: CallOptions,
): Promise<CommandResult> {
  const until = performance.now() + (wait === true ? CLI_LIMITS.receiptsWaitMs : 0);
  for (;;) {
    const found = await callService<AttachmentView>(service, { path });
    const isDecided = found.state === "ready" || found.state === "refused";
    if (isDecided || performance.now() >= until) {
      return { json: found, lines: [attachmentLine(found)] };
    }
    await pause(CLI_LIMITS.receiptsPollMs);
  }
}

function addRemove(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("remove")
    .description("remove a photograph or document that no case holds")
    .argument("<attachment>", "id of the attachment");
  addServiceOptions(command, "focal-point");
  command.addHelpText(
    "after",
    `
Example:
  tracepost attachment remove 0199b1f0-7c1a-7d2b-8e3c-4f5a6b7c8d9e --data exchange --participant KE
`,
  );
  addAction<ServiceOptions>(command, terminal, async (options, attachmentId = "") => {
    const service = await openService(options, terminal, ACCESS);
    const path = attachmentPath(attachmentId);
    const removed = await callService(service, { method: "DELETE", path });
    return { json: removed, lines: [`Removed ${attachmentId}.`] };
  });
}
