import { REPEAT_MIGRATION_SQL } from "#repeats";
import { type Clock, createLogger, type Transaction } from "#runtime";
import {
  admitInstallation,
  createGuard,
  type Guard,
  newToken,
  type Role,
  USER_MIGRATION_SQL,
  USER_PROCEDURES,
  type UserStore,
} from "#users";
import { openMemoryTransaction } from "./memory-transaction.ts";

/** Accounts of users in memory, with the procedures of the product. */
export interface MemoryUsers {
  readonly store: UserStore;
  /** What the store keeps. */
  readonly tx: Transaction;
  readonly guard: Guard;
  /** Names of the procedures called so far. */
  readonly calls: string[];
  /** Done after each procedure, before its caller goes on. */
  afterCall: (name: string) => Promise<void>;
  /** Token of the user `installation`. */
  readonly installation: string;
  /** Adds a person with these roles and gives a token of his. */
  person(userId: string, ...roles: Role[]): Promise<string>;
}

/** Opens accounts with the user `installation` in them. */
export async function openMemoryUsers(clock: Clock): Promise<MemoryUsers> {
  const tx = openMemoryTransaction(USER_MIGRATION_SQL, REPEAT_MIGRATION_SQL);
  const calls: string[] = [];
  const store: UserStore = {
    call: async (name, args) => {
      calls.push(name);
      const procedure = USER_PROCEDURES[name] as (tx: unknown, args: unknown) => Promise<never>;
      const result = await procedure(tx, args);
      await users.afterCall(name);
      return result;
    },
  };
  const installation = newToken().text;
  const logger = createLogger({ name: "test", level: "silent" });
  const users: MemoryUsers = {
    store,
    tx,
    guard: createGuard({ store, clock, logger }),
    calls,
    afterCall: async () => undefined,
    installation,
    person: async (userId, ...roles) => {
      const act = { actor: "installation", nowMs: clock.now(), userId };
      const person = { name: userId, kind: "person", responsible: null, roles } as const;
      await store.call("userAdd", { ...act, ...person });
      const { text, tokenId, digest } = newToken();
      const token = { tokenId, digest, label: "", expiresAtMs: null };
      await store.call("userIssueToken", { ...act, ...token });
      return text;
    },
  };
  await admitInstallation(store, `${installation}\n`, clock.now());
  return users;
}
