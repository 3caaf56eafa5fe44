import type { Terminal } from "./command-result.ts";
import type { UploadLine } from "./register-calls.ts";

/** Shows how far an import is. */
export interface UploadProgress {
  show(upload: UploadLine): void;
  end(): void;
}

const BAR_CHARS = 30;
/** Share of a step that is worth a line where no bar can be drawn. */
const LINE_STEP = 0.1;

const STEPS: Readonly<Record<string, string>> = {
  RECEIVING: "sending",
  CHECKING: "checking",
  IMPORTING: "importing",
};

/**
 * A bar on a terminal, plain lines elsewhere, both on standard error; nothing with `--json`.
 * `totalBytes` is the length of the file.
 */
export function uploadProgress(
  terminal: Terminal,
  totalBytes: number,
  isQuiet: boolean,
): UploadProgress {
  if (isQuiet) return { show: () => undefined, end: () => undefined };
  const isBar = terminal.screen.hasColours;
  let told = "";
  let toldShare = 0;
  return {
    show(upload) {
      const step = STEPS[upload.state];
      if (step === undefined) return;
      const bytes = upload.state === "RECEIVING" ? upload.receivedBytes : upload.readBytes;
      const share = totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes);
      const text = `${step} ${Math.floor(share * 100)} % · ${upload.records} records`;
      if (isBar) {
        const full = Math.round(share * BAR_CHARS);
        const bar = `${"█".repeat(full)}${"░".repeat(BAR_CHARS - full)}`;
        terminal.err(`\r  ${bar} ${text} · ${upload.badLines} bad   `);
        told = step;
        return;
      }
      if (step === told && share - toldShare < LINE_STEP) return;
      told = step;
      toldShare = share;
      terminal.err(`  ${text}\n`);
    },
    end() {
      if (isBar && told !== "") terminal.err("\n");
    },
  };
}
