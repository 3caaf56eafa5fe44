/** A queue that hands out the lowest rank first, and of equals the one that was put in first. */
export class CheapestFirst<T extends { readonly rank: number }> {
  readonly #heap: { readonly item: T; readonly turn: number }[] = [];
  #turn = 0;

  push(item: T): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push({ item, turn: this.#turn });
    this.#turn += 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(place, parent)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  pop(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.item;
    heap[0] = last;
    let place = 0;
    for (;;) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      let next = place;
      if (left < heap.length && this.#isBefore(left, next)) next = left;
      if (right < heap.length && this.#isBefore(right, next)) next = right;
      if (next === place) return first.item;
      this.#swap(place, next);
      place = next;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [first, second] = [this.#heap[one], this.#heap[other]];
    if (first === undefined || second === undefined) return false;
    const by = first.item.rank - second.item.rank;
    return by === 0 ? first.turn < second.turn : by < 0;
  }

  #swap(one: number, other: number): void {
    const [first, second] = [this.#heap[one], this.#heap[other]];
    if (first === undefined || second === undefined) return;
    this.#heap[one] = second;
    this.#heap[other] = first;
  }
}
