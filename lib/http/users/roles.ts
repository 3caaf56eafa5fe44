/**
 * Who may do what: the closed tables of permissions and roles (TP-API-3, domain notes 10). The
 * tables of docs/spec/api.md are the same lists; a test proves it.
 */

/** Permission → what it allows. A route names the one it asks for. */
export const PERMISSIONS = {
  "account:own": "seeing one's own account",
  "overview:read": "counts of cases and of the post, incidents, the directory; no content",
  "traces:read": "reading cases",
  "traces:send": "checking and sending trace requests",
  "traces:answer": "acknowledging and answering requests received",
  "traces:urgent": "sending with priority URGENT, on top of `traces:send`",
  "traces:refuse": "answering with a refusal, on top of `traces:answer`",
  "clocks:write": "setting targets and working calendars",
  "releases:read":
    "seeing what waits for a second person, with its content; deputies decide with it",
  "releases:confirm": "confirming it, reviewing what was sent alone, naming deputies",
  "releases:policy": "setting what needs a second person",
  "alerts:read": "reading alerts, acknowledgements and hits",
  "alerts:send": "sending, updating and cancelling alerts",
  "alerts:answer": "acknowledging alerts, reporting and retracting hits",
  "alerts:approve": "letting alerts of agencies of the State leave",
  "persons:send": "sending personal data with a request, on top of `traces:send`",
  "persons:read": "reading personal data; each reading is logged with its reason",
  "persons:review": "keeping personal data for longer, or erasing it",
  "persons:audit": "seeing who read personal data, and what is due for review; no content",
  "notices:read": "reading notices about information that was given",
  "notices:send": "sending them, and confirming those received",
  "notices:decide": "granting or refusing onward release",
  "receipts:read": "receipts and their proofs; no content",
  "firearms:read": "looking up the firearm register",
  "firearms:import": "importing into the firearm register",
  "ledger:read": "reading reports of seizures and the national ledger",
  "ledger:write":
    "entering reports, what establishes an origin, and what is said of a year; joining doubles",
  "ledger:propose": "proposing a ledger to a regional body; a second person confirms it",
  "checks:ask": "asking whether something is wanted by an alert in force",
  "checks:read": "seeing who checked what, and which posts hold the alerts in force",
  "posts:write": "adding and revoking border posts, making files for them",
  "changes:read": "following the feed of changes",
  "webhooks:write": "setting up who is told of changes",
  "users:read": "seeing users and their tokens' labels",
  "users:write": "adding and disabling users, issuing and revoking tokens",
  "keys:believe": "confirming, as one of two, a new identity key of another participant",
  "quarantine:read": "seeing what the gateway could not verify",
  "quarantine:decide": "releasing or rejecting it",
  "events:read": "seeing operator events of the gateway",
  "events:acknowledge": "closing them",
  "register:publish": "putting a signed participant register in force",
  "log:renew": "signing the message log anew, so that evidence outlives its algorithms",
  "events:report": "reporting what was seen outside the gateway; decides nothing",
  "records:metadata": "who sent what kind of message when, its size and what was decided; no more",
  "records:read":
    "searching the records, all that headers say, holds, what is due; each look is kept",
  "records:export": "saving what a search finds to a file; each export is kept",
  "records:hold": "asking for legal holds, confirming and releasing them",
  "records:dispose": "disposing of what is due, and letting a run go on that waits",
  "records:audit": "seeing who looked at records, exported, held or disposed of them",
  "evidence:export": "evidence files of messages and conversations",
  "figures:read": "figures, releases, ledgers and compared days of a regional body; sums alone",
} as const satisfies Record<string, string>;

/** A permission of the closed table. */
export type Permission = keyof typeof PERMISSIONS;

const EVERYBODY = ["account:own", "overview:read"] as const;
const CASEWORK = ["traces:read", "traces:send", "traces:answer"] as const;
const ALERTING = ["alerts:read", "alerts:send", "alerts:answer"] as const;
const LOOKING_UP = [
  "records:metadata",
  "records:read",
  "records:export",
  "evidence:export",
] as const;

/** Role → what it may do. */
export const ROLES = {
  FOCAL_POINT_OFFICER: [
    ...EVERYBODY,
    ...CASEWORK,
    "checks:ask",
    "releases:read",
    ...ALERTING,
    "persons:send",
    "persons:read",
    "notices:read",
    "notices:send",
    "receipts:read",
    "firearms:read",
    "ledger:read",
    "ledger:write",
    "ledger:propose",
    "changes:read",
  ],
  FOCAL_POINT_SUPERVISOR: [
    ...EVERYBODY,
    ...CASEWORK,
    "checks:ask",
    "checks:read",
    ...ALERTING,
    "alerts:approve",
    "posts:write",
    "traces:urgent",
    "traces:refuse",
    "clocks:write",
    "releases:read",
    "releases:confirm",
    "releases:policy",
    "persons:send",
    "persons:read",
    "persons:review",
    "persons:audit",
    "notices:read",
    "notices:send",
    "notices:decide",
    "receipts:read",
    "firearms:read",
    "ledger:read",
    "ledger:write",
    "ledger:propose",
    "keys:believe",
    "changes:read",
  ],
  RELEASE_DEPUTY: [...EVERYBODY, "traces:read", "releases:read"],
  BORDER_OFFICER: [...EVERYBODY, "checks:ask", ...ALERTING, "receipts:read", "changes:read"],
  RECORDS_OFFICER: [
    ...EVERYBODY,
    "traces:read",
    "persons:review",
    "persons:audit",
    "notices:read",
    "notices:send",
    "receipts:read",
    "firearms:read",
    "firearms:import",
    "ledger:read",
    ...LOOKING_UP,
    "records:hold",
    "records:dispose",
  ],
  AUDITOR: [
    ...EVERYBODY,
    "checks:read",
    "persons:audit",
    "receipts:read",
    "users:read",
    ...LOOKING_UP,
    "records:audit",
  ],
  GATEWAY_OPERATOR: [
    ...EVERYBODY,
    "records:metadata",
    "quarantine:read",
    "quarantine:decide",
    "events:read",
    "events:acknowledge",
    "register:publish",
    "log:renew",
  ],
  ADMINISTRATOR: [
    ...EVERYBODY,
    "users:read",
    "users:write",
    "webhooks:write",
    "events:report",
    "register:publish",
    "log:renew",
  ],
  REGIONAL_ANALYST: [...EVERYBODY, "figures:read"],
  NATIONAL_SYSTEM: [
    ...EVERYBODY,
    ...CASEWORK,
    "checks:ask",
    ...ALERTING,
    "receipts:read",
    "firearms:read",
    "firearms:import",
    "ledger:read",
    "ledger:write",
    "changes:read",
  ],
} as const satisfies Record<string, readonly Permission[]>;

/** A role of the closed table. */
export type Role = keyof typeof ROLES;

/** Names of all roles, in the order of the table. */
export const ROLE_NAMES = Object.keys(ROLES) as Role[];

/** Roles a system may have; the others are for persons, except NATIONAL_SYSTEM. */
const SYSTEM_ROLES: readonly Role[] = ["NATIONAL_SYSTEM", "AUDITOR"];

/** Whether a user of this kind may have the role (TP-API-3). */
export function mayHold(kind: "person" | "system", role: Role): boolean {
  return kind === "system" ? SYSTEM_ROLES.includes(role) : role !== "NATIONAL_SYSTEM";
}

/** Everything that these roles together may do. */
export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => ROLES[role] as readonly Permission[]));
}

/** The roles that have a permission, in the order of the table. */
export function rolesWith(permission: Permission): Role[] {
  return ROLE_NAMES.filter((role) => permissionsOf([role]).has(permission));
}
