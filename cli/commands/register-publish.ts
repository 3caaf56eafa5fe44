import type { Command } from "commander";
import { systemClock } from "#runtime";
import { formatRegisterBundle } from "#trust";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { differenceLines, loadBundle, loadRootKeys } from "../register-files.ts";
import {
  type InForceOptions,
  type JudgedRegister,
  judgeSuccessor,
  readInForce,
} from "../register-in-force.ts";
import { addServiceOptions, callService, openService } from "../service-access.ts";

interface PublishOptions extends InForceOptions {
  readonly root?: readonly string[];
  readonly dryRun?: boolean;
}

interface Published {
  readonly outcome: "taken" | "known";
  readonly version: string;
  readonly logIndex?: number;
}

const HELP = `
Judges a signed version here first, as the successor of the one in force, tells what it changes, and
puts it in force at the gateway, which judges it again, logs it and hands it on to every participant.
Publishing it again changes nothing. --dry-run does no more than judge and tell; it needs no user, and
compares with what the gateway hands out, or with the file of --against.

Examples:
  tracepost register publish next.bundle --root root-1.pub root-2.pub root-3.pub --data exchange --dry-run
  tracepost register publish next.bundle --root root-1.pub --root root-2.pub --root root-3.pub \\
    --data exchange --user secretariat
`;

/** Adds `register publish` (TP-REG-10). */
export function addRegisterPublish(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("publish")
    .description("put a signed version of the participant register in force")
    .argument("<register>", "the bundle, signed by enough root keys")
    .option("--root <file...>", "public root keys that are believed")
    .option("--against <register>", "compare with this file instead of what is in force")
    .option("--dry-run", "judge it here and tell what it changes, send nothing");
  addServiceOptions(command, "gateway");
  command.addHelpText("after", HELP);
  addAction<PublishOptions>(command, terminal, (options, file = "") =>
    publish(options, terminal, file),
  );
}

async function publish(
  options: PublishOptions,
  terminal: Terminal,
  file: string,
): Promise<CommandResult> {
  const bundle = await loadBundle(file);
  const roots = await loadRootKeys(options.root);
  const inForce = await readInForce(options);
  const judged = judgeSuccessor({ bundle, file }, inForce, roots, systemClock.now());
  if (options.dryRun === true) return told(judged);
  const service = await openService(options, terminal, { kind: "gateway", defaultUser: "person" });
  const register = Buffer.from(formatRegisterBundle(bundle)).toString("base64");
  const call = { method: "POST" as const, path: "/v1/register", body: { register } };
  return told(judged, await callService<Published>(service, call));
}

/** What was judged, and what came of it where it was published. */
function told(judged: JudgedRegister, published?: Published): CommandResult {
  const { differences, inForce } = judged;
  const version = `${judged.taken.view.version}`;
  const compared = differences === undefined ? {} : { against: inForce, differences };
  return {
    json: { ...(published ?? { outcome: "judged", version }), ...compared },
    lines: [
      published === undefined ? `Version ${version} may be published.` : publishedLine(published),
      ...(differences === undefined
        ? []
        : [`Against version ${inForce}:`, ...differenceLines(differences)]),
    ],
  };
}

function publishedLine({ logIndex, outcome, version }: Published): string {
  const place = logIndex === undefined ? "" : `, log entry ${logIndex}`;
  return outcome === "known"
    ? `Version ${version} is in force already.`
    : `Version ${version} is in force${place}; every participant is handed it.`;
}
