import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClaimsAdmin } from "#bus";
import { TracepostError } from "#errors";
import { type Clock, passCrashPoint } from "#runtime";
import type { RegisterView } from "#trust";
import { issueMemberCertificates } from "../certificates/member-certificates.ts";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { listParticipants, unlistParticipants } from "../folder/listed-participants.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { withoutLeaf } from "../leaf/leaf-right.ts";
import { checkActivations } from "../provision/activation-check.ts";
import { CORE_ACCOUNT, GATEWAY_ACCOUNT, inboxImport, issueMember } from "../provision/authority.ts";
import {
  credentialsFile,
  keyIn,
  readAccountTokens,
  readStoragePlan,
  writeIssuedAccount,
} from "../provision/authority-files.ts";
import { editAccount, readAccount } from "../provision/claims.ts";
import { provisionMembers } from "../provision/provision-streams.ts";
import type { ReconcileAction } from "./plan.ts";
import { type CarrierPlace, eachAccount, heldAccount, participantUser } from "./standings.ts";

/** With what steps are done. */
export interface StepTools extends CarrierPlace {
  readonly claims: ClaimsAdmin;
  readonly clock: Clock;
  readonly register: Pick<RegisterView, "participants">;
  /** The same as it was published: the first copy of whoever is admitted. */
  readonly registerBytes: Uint8Array;
}

/** Does one action for all it is planned for; `onDone` is told of each when it is done. */
export async function doSteps(
  action: ReconcileAction,
  participants: readonly string[],
  tools: StepTools,
  onDone: (participant: string) => void,
): Promise<void> {
  const each = async (work: (id: string) => Promise<void>): Promise<void> => {
    await eachAccount(participants, async (id) => {
      await work(id);
      onDone(id);
    });
  };
  switch (action) {
    case "disconnect":
      return await each((id) => disconnect(id, tools));
    case "issue-account":
      return await issueAccounts(tools.paths, each);
    case "push-account":
      return await each((id) => pushAccount(id, tools));
    case "connect-gateway":
      await connectGateway(participants, tools);
      for (const id of participants) onDone(id);
      return;
    case "make-streams": {
      const { natsUrl, paths } = tools;
      const { streamBytes } = await readStoragePlan(paths);
      return await provisionMembers({ paths, natsUrl, participants, streamBytes }, (id) => {
        passCrashPoint("reconcile.streams-made");
        onDone(id);
      });
    }
    case "list":
    case "unlist":
      await (action === "list" ? list : unlist)(participants, tools);
      for (const id of participants) onDone(id);
      return;
    default:
      return action satisfies never;
  }
}

type ForEach = (work: (id: string) => Promise<void>) => Promise<void>;

/** Edits the token the server has: one rebuilt from memory would let a revoked user in again. */
async function disconnect(id: string, { claims, clock, paths }: StepTools): Promise<void> {
  const account = await heldAccount(claims, await accountKey(paths, id));
  if (account === undefined) {
    throw new TracepostError("TRANSPORT", `the nats-server does not hold the account of ${id}`, {
      remedy: "It did when the plan was made: run the command again.",
    });
  }
  const user = await participantUser(paths, id);
  if (user === undefined) {
    throw new TracepostError("DATA_FOLDER", `the credentials of ${id} are not there to revoke`, {
      problems: [`${credentialsFile(paths, id, id)}: is missing`],
      remedy:
        "Restore the file from a backup and run the command again. " +
        `Until then ${id} stays connected; the gateway takes nothing of it.`,
    });
  }
  const atSeconds = Math.floor(clock.now() / 1_000) + 1;
  const revocations = { ...account.nats.revocations, [user]: atSeconds };
  const changes = { ...withoutLeaf(account), revocations };
  await claims.update(await editAccount(account, changes, await keyIn(paths, "operator")));
  passCrashPoint("reconcile.disconnected");
}

async function issueAccounts(paths: ExchangePaths, each: ForEach): Promise<void> {
  const storage = await readStoragePlan(paths);
  const operatorKey = await keyIn(paths, "operator");
  const coreKey = await keyIn(paths, CORE_ACCOUNT);
  await each(async (id) => {
    await issueMemberCertificates(paths, id);
    await writeIssuedAccount(paths, await issueMember(id, { storage, operatorKey, coreKey }));
    passCrashPoint("reconcile.account-issued");
  });
}

async function pushAccount(id: string, { claims, paths }: StepTools): Promise<void> {
  await claims.update(await readFile(join(paths.nats.issuedDir, `${id}.jwt`), "utf8"));
  passCrashPoint("reconcile.account-pushed");
}

/** All of them in one edit: the server looks through every import of the gateway at each. */
async function connectGateway(ids: readonly string[], { claims, paths }: StepTools): Promise<void> {
  const gatewayKey = await keyIn(paths, GATEWAY_ACCOUNT);
  const gateway = await heldAccount(claims, gatewayKey.getPublicKey());
  if (gateway === undefined) {
    throw new TracepostError("TRANSPORT", "the nats-server does not hold the gateway's account", {
      remedy: "Restart the exchange: what was issued and is not held is given to it at its start.",
    });
  }
  const added = await Promise.all(
    ids.map(async (id) => inboxImport(id, await keyIn(paths, id), gatewayKey)),
  );
  const isAdded = new Set(added.map(({ subject }) => subject));
  const others = (gateway.nats.imports ?? []).filter(({ subject }) => !isAdded.has(subject));
  const imports = [...others, ...added.map((one) => ({ ...one, type: "service" as const }))];
  const token = await editAccount(gateway, { imports }, await keyIn(paths, "operator"));
  const issued = await readAccountTokens(paths);
  const rest = issued.filter((other) => readAccount(other).sub !== gateway.sub);
  // One bad activation locks the whole gateway out: it is looked at before a server sees it.
  checkActivations([...rest, token]);
  await claims.update(token);
  passCrashPoint("reconcile.gateway-connected");
  await writePrivateFile(join(paths.nats.issuedDir, `${GATEWAY_ACCOUNT}.jwt`), token);
}

async function list(ids: readonly string[], tools: StepTools): Promise<void> {
  const { paths, register, registerBytes } = tools;
  const admitted = register.participants.filter(({ id }) => ids.includes(id));
  await listParticipants(paths, admitted, registerBytes);
  passCrashPoint("reconcile.listed");
}

async function unlist(ids: readonly string[], { paths }: StepTools): Promise<void> {
  await unlistParticipants(paths, ids);
}

async function accountKey(paths: ExchangePaths, name: string): Promise<string> {
  return readAccount(await readFile(join(paths.nats.issuedDir, `${name}.jwt`), "utf8")).sub;
}
