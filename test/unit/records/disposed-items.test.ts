import { describe, expect, it } from "vitest";
import { DisposalCertificate, DisposedItem } from "#proto";
import { itemsOf, itemsRoot, openedItem, openItem } from "#records";

const items = [1n, 2n, 3n, 4n, 5n].map((logIndex) =>
  DisposedItem.encode(DisposedItem.create({ logIndex, salt: Buffer.alloc(16, 7) })).finish(),
);
const certificate = DisposalCertificate.create({
  itemsRoot: itemsRoot(items),
  itemsCount: items.length,
});

describe("items of a disposal certificate (TP-DISP-9)", () => {
  it("are shown one by one, each with the path to the root", async () => {
    for (const position of items.keys()) {
      const opened = await openItem(items, position);
      expect(openedItem(certificate, opened)?.logIndex).toBe(BigInt(position + 1));
      expect(openedItem(certificate, { ...opened, position: position + 1 })).toBeUndefined();
      const [item = new Uint8Array()] = items.toSpliced(position, 1);
      expect(openedItem(certificate, { ...opened, item })).toBeUndefined();
    }
  });

  it("are those that lie beside it, all of them, in their order", () => {
    expect(itemsOf(certificate, items)).toHaveLength(5);
    expect(itemsOf(certificate, items.slice(1))).toBeUndefined();
    expect(itemsOf(certificate, items.toReversed())).toBeUndefined();
    expect(itemsOf(certificate, [])).toBeUndefined();
  });

  it("lie inside a certificate of the first form, and nowhere beside it", () => {
    const [item] = items.map((one) => DisposedItem.decode(one));
    const first = DisposalCertificate.create({ items: item === undefined ? [] : [item] });
    expect(itemsOf(first, [])).toEqual([item]);
    expect(itemsOf(first, items)).toBeUndefined();
  });
});
