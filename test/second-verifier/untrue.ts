/** What the second verifier throws: why something is not what it claims to be. */
export class Untrue extends Error {
  override readonly name = "Untrue";
}

/** Throws {@link Untrue} unless the claim holds. */
export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Untrue(otherwise);
}
