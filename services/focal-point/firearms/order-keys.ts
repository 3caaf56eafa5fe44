import { tailOf } from "#casework";
import { type Database, FIREARM_LIMITS, passCrashPoint } from "#runtime";
import type { FocalPointProcedures } from "../store.ts";
import type { KeyKind, SerialKey } from "./serial-keys.ts";
import { SortedKeys } from "./sorted-keys.ts";

type Store = Pick<Database<FocalPointProcedures>, "call">;

/**
 * Makes rows found by their keys that are not yet (TP-FIRE-8): first new keys where the tables of
 * look-alikes have changed, then a block of rows at a time, its keys in the order of their table. A
 * key that comes in order is written beside its neighbours; in the order of a file each would touch
 * a page of its own. Blocks are worked off in small transactions; one that was cut off is done
 * again and changes nothing.
 */
export async function orderKeys(store: Store, isStopping = () => false): Promise<void> {
  const limit = FIREARM_LIMITS.portionLines;
  while (!isStopping() && !(await store.call("rekeyFirearms", { limit })));
  let through = await store.call("orderedThrough", undefined);
  while (!isStopping()) {
    const block = await readBlock(store, through);
    if (block.through === through) return;
    await addInOrder(store, "lookAlike", block.lookAlikes, isStopping);
    await addInOrder(store, "tail", block.tails, isStopping);
    if (isStopping()) return;
    through = block.through;
    await store.call("endKeys", { through });
  }
}

interface Block {
  readonly lookAlikes: readonly SerialKey[];
  readonly tails: readonly SerialKey[];
  /** Place of its last row. */
  readonly through: number;
}

async function readBlock(store: Store, after: number): Promise<Block> {
  const lookAlikes = new SortedKeys();
  const tails = new SortedKeys();
  let through = after;
  for (let rows = 0; rows < FIREARM_LIMITS.keyBlockRows; ) {
    const limit = FIREARM_LIMITS.keyPortion;
    const keys = await store.call("keysAfter", { after: through, limit });
    const last = keys.at(-1);
    if (last === undefined) break;
    lookAlikes.add(keys);
    tails.add(keys.map(({ firearm, key }) => ({ firearm, key: tailOf(key) })));
    rows += keys.length;
    through = last.firearm;
  }
  return { lookAlikes: lookAlikes.take(), tails: tails.take(), through };
}

async function addInOrder(
  store: Store,
  kind: KeyKind,
  keys: readonly SerialKey[],
  isStopping: () => boolean,
): Promise<void> {
  const { keyPortion } = FIREARM_LIMITS;
  for (let at = 0; at < keys.length && !isStopping(); at += keyPortion) {
    await store.call("addKeys", { kind, keys: keys.slice(at, at + keyPortion) });
    passCrashPoint("focal-point.keys-added");
  }
}
