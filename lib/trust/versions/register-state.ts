import type { RootKeySet, SignedFreshness } from "#proto";
import type { RegisterView } from "../register-view.ts";
import type { OpenedStatement } from "./key-statement.ts";
import type { OpenedManifest } from "./manifest.ts";
import type { OpenedEntry } from "./register-entry.ts";

/** A version of the register that a client has taken. */
export interface TakenRegister {
  readonly manifest: OpenedManifest;
  /** In the order of the participants' ids. */
  readonly entries: readonly OpenedEntry[];
  /** Look-ups over the entries, with the keys that are believed here. */
  readonly view: RegisterView;
  /** When it was last said to be the newest, in milliseconds since 1970. */
  readonly freshAtMs: number;
  /** What says so; undefined: its own time of issue. */
  readonly freshness: SignedFreshness | undefined;
}

/** All that a client knows of the register; never changed, only replaced. */
export interface RegisterState {
  /** Of the version in force; before the first one those it was set up with. */
  readonly roots: RootKeySet;
  /** The version in force; undefined before the first one. */
  readonly taken: TakenRegister | undefined;
  /** The key statement believed of each participant ever seen. */
  readonly statements: ReadonlyMap<string, OpenedStatement>;
  /** Highest version that a peer has named; above the one in force, there is one to fetch. */
  readonly heardVersion: bigint;
}

/** A client that knows the root keys, from hand to hand, and no register yet. */
export function firstState(roots: RootKeySet): RegisterState {
  return { roots, taken: undefined, statements: new Map(), heardVersion: 0n };
}

/** Notes the version a peer has named in a sealed part (TP-REG-9); it forces a fetch if higher. */
export function hearVersion(state: RegisterState, version: bigint): RegisterState {
  return version > state.heardVersion ? { ...state, heardVersion: version } : state;
}

/** Whether a peer has seen a higher version than the one in force here. */
export function isBehind(state: RegisterState): boolean {
  return state.heardVersion > (state.taken?.manifest.manifest.version ?? 0n);
}
