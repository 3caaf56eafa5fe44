import type { Database, Procedure } from "#runtime";

/** The same store, saying after each call that wrote something that it is committed. */
export function watchWrites<P extends Record<string, Procedure>>(
  store: Database<P>,
  readOnly: readonly string[],
  onWrite: () => void,
): Database<P> {
  const reads = new Set(readOnly);
  return {
    call: (name, args) => {
      const result = store.call(name, args);
      if (!reads.has(name)) result.then(onWrite, () => undefined);
      return result;
    },
    scrub: () => store.scrub(),
    close: () => store.close(),
  };
}
