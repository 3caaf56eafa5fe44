/** Items of disposal certificates, each a salted leaf of a tree of its own (TP-DISP-9). */
import {
  CompactRange,
  hashLeaf,
  type TreeNodes,
  treeInclusionPath,
  verifyInclusion,
} from "#message-log";
import { type DisposalCertificate, DisposedItem, OpenedItem } from "#proto";
import { decodeExactly, equalBytes } from "#wire";

/** Root of the tree over encoded items. */
export function itemsRoot(items: readonly Uint8Array[]): Uint8Array {
  return rootOf(items.map(hashLeaf));
}

/** One item with its path to the root; the others are not told. */
export async function openItem(
  items: readonly Uint8Array[],
  position: number,
): Promise<OpenedItem> {
  const leaves = items.map(hashLeaf);
  const nodes: TreeNodes = {
    node: async (height, at) => {
      const width = 2 ** height;
      return rootOf(leaves.slice(at * width, (at + 1) * width));
    },
  };
  const path = await treeInclusionPath(nodes, position, leaves.length);
  return OpenedItem.create({ position, path, item: items[position] ?? new Uint8Array() });
}

/** The item that was opened; undefined unless the certificate names it. */
export function openedItem(
  { itemsCount, itemsRoot: rootHash }: DisposalCertificate,
  { item, path, position }: OpenedItem,
): DisposedItem | undefined {
  const leafHash = hashLeaf(item);
  const isNamed = verifyInclusion({ leafHash, index: position, size: itemsCount, path, rootHash });
  return isNamed ? decodeExactly(DisposedItem, item) : undefined;
}

/**
 * All items of a certificate of either form; `kept` are those beside it. Undefined when they are
 * not the ones that it names.
 */
export function itemsOf(
  certificate: DisposalCertificate,
  kept: readonly Uint8Array[],
): readonly DisposedItem[] | undefined {
  if (certificate.itemsCount === 0) return kept.length === 0 ? certificate.items : undefined;
  const areNamed =
    certificate.items.length === 0 &&
    kept.length === certificate.itemsCount &&
    equalBytes(itemsRoot(kept), certificate.itemsRoot);
  const items = areNamed ? kept.map((one) => decodeExactly(DisposedItem, one)) : [undefined];
  return items.every((item) => item !== undefined) ? items : undefined;
}

function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const tree = new CompactRange();
  for (const leaf of leaves) tree.append(leaf);
  return tree.rootHash();
}
