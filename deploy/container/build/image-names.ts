/** Names of the images, and which of them the environment has named. */
export interface ImageNames {
  /** Image of the product: TRACEPOST_IMAGE. */
  readonly product: string;
  /** Image of the nats-server: TRACEPOST_NATS_IMAGE. */
  readonly nats: string;
  /** What both are built on: TRACEPOST_BASE_IMAGE. */
  readonly base: string;
  readonly given: { readonly product: boolean; readonly nats: boolean; readonly base: boolean };
}

/** Reads the names (TP-CON-13); one that is empty counts as not given. */
export function readImageNames(env: Readonly<Record<string, string | undefined>>): ImageNames {
  const product = env.TRACEPOST_IMAGE ?? "";
  const nats = env.TRACEPOST_NATS_IMAGE ?? "";
  const base = env.TRACEPOST_BASE_IMAGE ?? "";
  return {
    product: product || "tracepost:local",
    nats: nats || "tracepost-nats:local",
    base: base || "tracepost-base:local",
    given: { product: product !== "", nats: nats !== "", base: base !== "" },
  };
}
