import type { Command } from "commander";
import { systemClock } from "#runtime";
import { firstState, formatRegisterBundle, givenRoots, takeRegister } from "#trust";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { loadBundle, loadRootKeys, refusalFault } from "../register-files.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";

interface PublishOptions extends ServiceOptions {
  readonly root?: readonly string[];
  readonly dryRun?: boolean;
}

interface Published {
  readonly outcome: "taken" | "known";
  readonly version: string;
  readonly logIndex?: number;
}

const HELP = `
Judges a signed version here first, and puts it in force at the gateway, which judges it again, logs
it and hands it on to every participant. Publishing it again changes nothing.

Example:
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
    .option("--dry-run", "judge it here, send nothing");
  addServiceOptions(command, "gateway");
  command.addHelpText("after", HELP);
  addAction<PublishOptions>(command, terminal, async (options, file = "") => {
    const bundle = await loadBundle(file);
    const roots = givenRoots(await loadRootKeys(options.root));
    const taking = takeRegister(firstState(roots), bundle, systemClock.now());
    if (taking.outcome === "refused") throw refusalFault(taking.refusal, file);
    const version = `${taking.taken.view.version}`;
    if (options.dryRun === true) {
      return {
        json: { outcome: "judged", version },
        lines: [`Version ${version} may be published.`],
      };
    }
    const service = await openService(options, terminal, {
      kind: "gateway",
      defaultUser: "person",
    });
    const register = Buffer.from(formatRegisterBundle(bundle)).toString("base64");
    const call = { method: "POST" as const, path: "/v1/register", body: { register } };
    return told(await callService<Published>(service, call));
  });
}

function told(published: Published): CommandResult {
  const { logIndex, outcome, version } = published;
  const place = logIndex === undefined ? "" : `, log entry ${logIndex}`;
  const line =
    outcome === "known"
      ? `Version ${version} is in force already.`
      : `Version ${version} is in force${place}; every participant is handed it.`;
  return { json: published, lines: [line] };
}
