import { TracepostError } from "#errors";
import { NATS_LIMITS, PROCESS_LIMITS } from "#runtime";
import { gatewayConsumer, isParticipantId, LANES } from "#wire";
import {
  type AccountClaims,
  type AccountLimits,
  issueAccount,
  issueActivation,
  issueOperator,
  issueUser,
  type ServiceExport,
  type ServiceImport,
  type SigningRole,
} from "./claims.ts";
import { Nkey } from "./nkey.ts";
import {
  gatewayPermissions,
  inboxProvisionerPermissions,
  inboxStewardPermissions,
  type NatsRole,
  operatorPermissions,
  outboxProvisionerPermissions,
  outboxStewardPermissions,
  participantPermissions,
  type RolePermissions,
} from "./permissions.ts";
import { roomIn, type StoragePlan } from "./storage-plan.ts";

/** Account of the outboxes; only the operator's own users are in it. */
export const CORE_ACCOUNT = "CORE";
/**
 * Account of the gateway's user. It holds no stream, so that nothing the server can be made to
 * answer there reaches the JetStream API of another account.
 */
export const GATEWAY_ACCOUNT = "GATEWAY";
/** Account of the server's own services. */
export const SYSTEM_ACCOUNT = "SYS";
/** Connections to one account of the operator's: gateways, or provisioners and stewards. */
const OPERATOR_CONNECTIONS_MAX = 64;

/** A user with its credentials. */
export interface IssuedUser {
  readonly role: NatsRole;
  readonly name: string;
  readonly account: string;
  /** Content of a credentials file; secret. */
  readonly credentials: string;
}

/** An account with the keys that rule it. */
export interface IssuedAccount {
  readonly name: string;
  readonly publicKey: string;
  readonly token: string;
  readonly key: Nkey;
  readonly signingKeys: ReadonlyMap<NatsRole, Nkey>;
}

/** Everything NATS is told about who may do what. */
export interface Authority {
  readonly operatorToken: string;
  readonly operatorKey: Nkey;
  readonly accounts: readonly IssuedAccount[];
  readonly users: readonly IssuedUser[];
}

/** A role to be: its users are issued under a key of its own. */
interface RolePlan {
  readonly role: NatsRole;
  readonly user: string;
  readonly permissions: RolePermissions;
}

/** An account to be. */
interface AccountPlan {
  readonly name: string;
  readonly key: Nkey;
  readonly limits: AccountLimits;
  readonly exports: AccountClaims["exports"];
  readonly roles: readonly RolePlan[];
}

/**
 * Makes the operator, the system account, CORE, the gateway's account and one for each participant,
 * with their users (TP-NATS-3, TP-NATS-4). Refuses an id that is no participant id before any key
 * is made: an id is a subject token, and `*` would be a right to everything.
 */
export async function issueAuthority(
  participants: readonly string[],
  storage: StoragePlan,
): Promise<Authority> {
  refuseBadIds(participants);
  const operatorKey = Nkey.generate("operator");
  const system = systemPlan();
  const core = corePlan(participants.length, storage);
  const members = participants.map((participant) => participantPlan(participant, storage));
  const gateway = gatewayPlan(participants.length);
  const accounts: IssuedAccount[] = [
    await issue(system, [], operatorKey),
    await issue(core, [], operatorKey),
  ];
  const gatewayImports: ServiceImport[] = [];
  for (const { subject, name } of gatewayServices()) {
    gatewayImports.push(await importOf(core, gateway, subject, name));
  }
  for (const member of members) {
    const outbox = await importOf(core, member, `tp.out.${member.name}.>`, "outbox");
    accounts.push(await issue(member, [outbox], operatorKey));
    gatewayImports.push(await importOf(member, gateway, `tp.in.${member.name}.>`, "inbox"));
  }
  accounts.push(await issue(gateway, gatewayImports, operatorKey));
  const users: IssuedUser[] = [];
  for (const plan of [system, core, gateway, ...members]) {
    const account = accounts.find((candidate) => candidate.name === plan.name);
    if (account !== undefined) users.push(...(await issueUsers(plan, account)));
  }
  const operatorToken = await issueOperator("tracepost", operatorKey, system.key.getPublicKey());
  return { operatorToken, operatorKey, accounts, users };
}

/** A participant's account with its users, issued after the others. */
export interface IssuedMember {
  readonly account: IssuedAccount;
  readonly users: readonly IssuedUser[];
}

/**
 * Makes the account of one participant more, with its users (TP-RUN-8). What of it others import is
 * given to them apart. Refuses an id that is no participant id.
 */
export async function issueMember(
  participant: string,
  keys: { readonly storage: StoragePlan; readonly operatorKey: Nkey; readonly coreKey: Nkey },
): Promise<IssuedMember> {
  refuseBadIds([participant]);
  const plan = participantPlan(participant, keys.storage);
  const outbox = await importOf({ key: keys.coreKey }, plan, `tp.out.${participant}.>`, "outbox");
  const account = await issue(plan, [outbox], keys.operatorKey);
  return { account, users: await issueUsers(plan, account) };
}

/** What lets the gateway deliver to one participant. */
export async function inboxImport(
  participant: string,
  memberKey: Nkey,
  gatewayKey: Nkey,
): Promise<ServiceImport> {
  const subject = `tp.in.${participant}.>`;
  return await importOf({ key: memberKey }, { key: gatewayKey }, subject, "inbox");
}

function refuseBadIds(participants: readonly string[]): void {
  const problems = participants
    .filter((id) => !isParticipantId(id))
    .map((id) => `participant id ${JSON.stringify(id)}: must look like NE, NE-CUSTOMS, ORG-ECOWAS`);
  const doubled = participants.filter((id, place) => participants.indexOf(id) !== place);
  problems.push(...doubled.map((id) => `participant id ${id}: stands twice`));
  if (problems.length === 0) return;
  throw new TracepostError("INPUT_INVALID", "no NATS account can be issued", { problems });
}

function systemPlan(): AccountPlan {
  return {
    name: SYSTEM_ACCOUNT,
    key: Nkey.generate("account"),
    limits: {
      imports: 0,
      exports: 0,
      connections: OPERATOR_CONNECTIONS_MAX,
      streams: 0,
      consumers: 0,
      diskBytes: 0,
      streamBytes: 0,
    },
    exports: [],
    roles: [{ role: "operator", user: "operator", permissions: operatorPermissions() }],
  };
}

function corePlan(participants: number, storage: StoragePlan): AccountPlan {
  return {
    name: CORE_ACCOUNT,
    key: Nkey.generate("account"),
    limits: {
      imports: 0,
      exports: 1 + gatewayServices().length,
      connections: OPERATOR_CONNECTIONS_MAX,
      // Room for those who are admitted later, as far as the disk goes.
      streams: Math.max(participants, roomIn(storage)),
      consumers: LANES.length,
      diskBytes: storage.coreBytes,
      streamBytes: storage.streamBytes,
    },
    exports: [{ name: "outboxes", subject: "tp.out.*.>" }, ...gatewayServices()],
    roles: [
      {
        role: "outbox-provisioner",
        user: "provisioner",
        permissions: outboxProvisionerPermissions(),
      },
      { role: "outbox-steward", user: "steward", permissions: outboxStewardPermissions() },
    ],
  };
}

/** What CORE opens to the gateway: its own consumers' messages, and their acknowledgement. */
function gatewayServices(): readonly ServiceExport[] {
  return LANES.flatMap((lane) => {
    const consumer = `*.${gatewayConsumer(lane)}`;
    return [
      { name: `take ${lane}`, subject: `$JS.API.CONSUMER.MSG.NEXT.${consumer}`, answers: "many" },
      { name: `acknowledge ${lane}`, subject: `$JS.ACK.${consumer}.>` },
    ];
  });
}

function gatewayPlan(participants: number): AccountPlan {
  return {
    name: GATEWAY_ACCOUNT,
    key: Nkey.generate("account"),
    limits: {
      imports: Math.max(participants, PROCESS_LIMITS.participantsMax) + gatewayServices().length,
      exports: 0,
      connections: OPERATOR_CONNECTIONS_MAX,
      streams: 0,
      consumers: 0,
      diskBytes: 0,
      streamBytes: 0,
    },
    exports: [],
    roles: [{ role: "gateway", user: "gateway", permissions: gatewayPermissions() }],
  };
}

function participantPlan(participant: string, storage: StoragePlan): AccountPlan {
  return {
    name: participant,
    key: Nkey.generate("account"),
    limits: {
      imports: 1,
      exports: 1,
      connections: NATS_LIMITS.accountConnectionsMax,
      streams: 1,
      consumers: LANES.length,
      diskBytes: storage.streamBytes,
      streamBytes: storage.streamBytes,
    },
    exports: [{ name: "inbox", subject: `tp.in.${participant}.>` }],
    roles: [
      { role: "participant", user: participant, permissions: participantPermissions(participant) },
      {
        role: "inbox-provisioner",
        user: "provisioner",
        permissions: inboxProvisionerPermissions(participant),
      },
      { role: "inbox-steward", user: "steward", permissions: inboxStewardPermissions() },
    ],
  };
}

async function importOf(
  exporter: Pick<AccountPlan, "key">,
  importer: Pick<AccountPlan, "key">,
  subject: string,
  name: string,
): Promise<ServiceImport> {
  const token = await issueActivation({
    name,
    subject,
    importer: importer.key.getPublicKey(),
    exporter: exporter.key,
  });
  return { name, subject, account: exporter.key.getPublicKey(), token };
}

async function issue(
  plan: AccountPlan,
  imports: readonly ServiceImport[],
  operatorKey: Nkey,
): Promise<IssuedAccount> {
  const signingKeys = new Map(plan.roles.map(({ role }) => [role, Nkey.generate("account")]));
  const roles: SigningRole[] = plan.roles.map(({ role, permissions }) => ({
    role,
    permissions,
    publicKey: signingKeyOf(signingKeys, role).getPublicKey(),
    // TP-NATS-25: what a user may hold of the server is bounded.
    subscriptionsMax:
      role === "gateway" ? NATS_LIMITS.gatewaySubscriptionsMax : NATS_LIMITS.userSubscriptionsMax,
  }));
  const { name, key, limits, exports } = plan;
  const publicKey = key.getPublicKey();
  const claims: AccountClaims = { name, publicKey, limits, exports, imports, roles };
  return { name, publicKey, key, signingKeys, token: await issueAccount(claims, operatorKey) };
}

async function issueUsers(plan: AccountPlan, account: IssuedAccount): Promise<IssuedUser[]> {
  const users: IssuedUser[] = [];
  for (const { role, user } of plan.roles) {
    const credentials = await issueUser({
      name: user,
      account: account.publicKey,
      signingKey: signingKeyOf(account.signingKeys, role),
    });
    users.push({ role, name: user, account: account.name, credentials });
  }
  return users;
}

function signingKeyOf(keys: ReadonlyMap<NatsRole, Nkey>, role: NatsRole): Nkey {
  const key = keys.get(role);
  if (key === undefined) throw new TracepostError("INTERNAL", `no signing key of role ${role}`);
  return key;
}
