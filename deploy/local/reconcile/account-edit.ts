import { join } from "node:path";
import { connectClaimsAdmin } from "#bus";
import { TracepostError } from "#errors";
import { systemClock } from "#runtime";
import { writePrivateFile } from "../folder/private-files.ts";
import { keyIn, readIssuedTokens } from "../provision/authority-files.ts";
import { type AccountChanges, editAccount, readAccount } from "../provision/claims.ts";
import { operatorConnection } from "../provision/operator-connection.ts";
import { lockNats } from "./nats-lock.ts";
import type { CarrierPlace } from "./standings.ts";

/** Claims of an account, as the server has them. */
export type HeldAccount = ReturnType<typeof readAccount>;
/** A right to issue users of an account. */
export type Scope = NonNullable<HeldAccount["nats"]["signing_keys"]>[number];

/** An account of a running server that is being changed. */
export interface AccountEdit {
  /** What the server had when it was opened. */
  readonly held: HeldAccount;
  /** Changes some of it, at the server first and then in the operator's folder. */
  put(account: HeldAccount, changes: AccountChanges): Promise<HeldAccount>;
  /** Connects again: an edit may have cut our own user off. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the account `name` to be edited: what the server has is changed, never a token rebuilt from
 * memory (TP-NATS-8), and nobody else changes one before it is closed. Throws TracepostError USAGE
 * when there is none, TRANSPORT, UNAVAILABLE.
 */
export async function openAccountEdit(place: CarrierPlace, name: string): Promise<AccountEdit> {
  const lock = await lockNats(place.paths, systemClock);
  try {
    const edit = await openLocked(place, name);
    return { ...edit, close: () => edit.close().finally(() => lock.release()) };
  } catch (caught) {
    await lock.release();
    throw caught;
  }
}

async function openLocked({ natsUrl, paths }: CarrierPlace, name: string): Promise<AccountEdit> {
  const connect = () => connectClaimsAdmin(operatorConnection(paths, natsUrl, "accounts"));
  const { accounts } = await readIssuedTokens(paths);
  const issued = accounts.find(({ token }) => readAccount(token).name === name);
  if (issued === undefined) throw unknownAccount(name);
  let claims = await connect();
  const token = await claims.lookUp(issued.publicKey).catch(async (caught: unknown) => {
    await claims.close();
    throw caught;
  });
  if (token === undefined) {
    await claims.close();
    throw unknownAccount(name);
  }
  return {
    held: readAccount(token),
    put: async (account, changes) => {
      const edited = await editAccount(account, changes, await keyIn(paths, "operator"));
      await claims.update(edited);
      await writePrivateFile(join(paths.nats.issuedDir, `${name}.jwt`), edited);
      return readAccount(edited);
    },
    reconnect: async () => {
      await claims.close();
      claims = await connect();
    },
    close: () => claims.close(),
  };
}

function unknownAccount(name: string): TracepostError {
  return new TracepostError("USAGE", `NATS has no account ${name} in this exchange`, {
    remedy: "Name a participant of it, or GATEWAY, CORE or SYS.",
  });
}
