/** Arithmetic on positions in the tree; indices and sizes are integers up to 2^53 - 1. */

/** Position at `height` of the node above leaf or node `position`, that is position / 2^height. */
export function above(position: number, height: number): number {
  return Math.floor(position / 2 ** height);
}

/** The other child of the same parent. */
export function siblingOf(position: number): number {
  return position % 2 === 0 ? position + 1 : position - 1;
}

/** Largest power of two smaller than `size`; RFC 6962 splits a tree of more than one leaf there. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** Exponent of a power of two; undefined for any other number. */
export function heightOf(width: number): number | undefined {
  let height = 0;
  let rest = width;
  while (rest > 1 && rest % 2 === 0) {
    rest /= 2;
    height += 1;
  }
  return rest === 1 ? height : undefined;
}

/** Heights of the perfect subtrees a tree of this size consists of, highest first. */
export function subtreeHeights(size: number): number[] {
  const heights: number[] = [];
  for (let height = 0, rest = size; rest > 0; height += 1, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) heights.unshift(height);
  }
  return heights;
}

/** Whether a number can be a tree size or, below it, an index. */
export function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}
