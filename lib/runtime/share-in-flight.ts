/** Makes work that answers everybody who asks while it is under way with one doing of it. */
export function shareInFlight<T>(work: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= work().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}
