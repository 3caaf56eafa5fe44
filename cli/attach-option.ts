import { type Command, Option } from "commander";
import { type AttachmentView, uploadFile } from "./attachment-calls.ts";
import { collect } from "./parse-option.ts";
import type { ServiceAccess } from "./service-access.ts";

/** What a command that sends a message takes to go with it. */
export interface AttachOptions {
  readonly attach?: readonly string[];
}

/** Gives a command that sends a message its `--attach`. */
export function addAttachOption(command: Command): void {
  command.addOption(
    new Option(
      "--attach <file>",
      "photograph or document (JPEG, PNG, PDF) that goes with it; may be given again",
    ).argParser(collect),
  );
}

/** Uploads the files of `--attach`; gives what the body says of them, nothing for none. */
export async function attachFiles(
  service: ServiceAccess,
  { attach = [] }: AttachOptions,
): Promise<{ readonly attachments?: readonly { readonly attachmentId: string }[] }> {
  const uploaded: AttachmentView[] = [];
  for (const file of attach) uploaded.push(await uploadFile(service, file));
  if (uploaded.length === 0) return {};
  return { attachments: uploaded.map(({ attachmentId }) => ({ attachmentId })) };
}
