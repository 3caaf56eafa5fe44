import { FAULTS } from "#errors";

/**
 * What a container of the image is started as (TP-CON-1): the first argument chooses the role, the
 * rest is the role's own.
 */
const ROLES: Readonly<Record<string, () => Promise<unknown>>> = {
  gateway: () => import("../../gateway/main.ts"),
  "focal-point": () => import("../../services/focal-point/main.ts"),
  "border-agency": () => import("../../services/border-agency/main.ts"),
  "regional-monitor": () => import("../../services/regional-monitor/main.ts"),
  witness: () => import("../../services/witness/main.ts"),
  tracepost: () => import("../../cli/main.ts"),
  health: async () => {
    const { askReadiness } = await import("./health.ts");
    askReadiness(process.env.TRACEPOST_HTTP_PORT ?? "");
  },
};

const HELP = `The first argument chooses what this container is:

  gateway --config FILE        checks, records and passes on messages
  focal-point --config FILE    cases, outbox and inbox of a State
  border-agency --config FILE  alerts and hits of an agency at the border
  regional-monitor --config FILE  counts for a regional body
  witness --config FILE        cosigns the message log, for a participant
  tracepost …                  the command line; tracepost --help
  health                       whether the role of this container is ready
`;

/**
 * The first process of a container is not ended by a signal it does not listen to: until its role
 * listens, it is ended here. Nothing is under way by then.
 */
function endWhileStarting(): void {
  process.on("SIGTERM", () => {
    if (process.listenerCount("SIGTERM") === 1) process.exit(0);
  });
}

const [role = ""] = process.argv.splice(2, 1);
const start = Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
if (start === undefined) {
  process.stderr.write(`${role === "" ? "No role is named." : `No such role: ${role}`}\n${HELP}`);
  process.exitCode = FAULTS.USAGE.exitCode;
} else {
  endWhileStarting();
  await start();
}
