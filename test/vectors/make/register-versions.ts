import { type FixedKey, fixedKey } from "./fixed-keys.ts";
import { DAY, RegisterIssuer, ROOTS, rootSet, START } from "./register-issuer.ts";
import type { Encoder } from "./sample-message.ts";
import { base64 } from "./vector-forms.ts";

const NEW_ROOTS = ["root D", "root E"].map(fixedKey);
const NOW_MS = (START + 60) * 1_000;

/** One offer to a client, and what it must make of it. */
interface Offer {
  readonly name: string;
  /** The client's clock, milliseconds since 1970. */
  readonly now_ms: number;
  /** A RegisterBundle, base64. */
  readonly bundle: string;
  readonly outcome: "taken" | "known" | "refused";
  readonly code?: string;
  readonly field?: string;
  /** In force after it. */
  readonly version: number;
  readonly participants: readonly string[];
  /** Header key believed of NE after it. */
  readonly header_key_of_ne: string;
  readonly alarms: readonly string[];
}

type Then = Omit<Offer, "name" | "bundle" | "now_ms">;

const offer = (name: string, bundle: Buffer, then: Then): Offer => ({
  name,
  now_ms: NOW_MS,
  bundle: base64(bundle),
  ...then,
});
const refused = (code: string, field: string) => ({ outcome: "refused" as const, code, field });

const NOTHING = { version: 0, participants: [], header_key_of_ne: "", alarms: [] };
const FIRST = {
  version: 1,
  participants: ["AT", "NE"],
  header_key_of_ne: fixedKey("NE").keyId,
  alarms: [],
};
const SECOND = { ...FIRST, version: 2, header_key_of_ne: fixedKey("NE second").keyId };
const THIRD = { ...SECOND, version: 3, alarms: ["KEYS_UNSIGNED NE"] };

/** Three versions and a fork of the second. */
function versionsOf(issuer: RegisterIssuer) {
  const ne = issuer.entry("NE", issuer.statement("NE", 1, "NE identity", "NE"));
  const at = issuer.entry("AT", issuer.statement("AT", 1, "AT identity", "AT"));
  const rotated = issuer.entry("NE", issuer.statement("NE", 2, "NE identity", "NE second"));
  const stolen = issuer.entry("NE", issuer.statement("NE", 3, "somebody", "somebody's header"));
  const first = issuer.manifest(1, [at, ne], Buffer.alloc(0));
  const second = issuer.manifest(2, [at, rotated], first);
  const third = issuer.manifest(3, [at, stolen], second, { roots: rootSet(NEW_ROOTS, 1) });
  const fork = issuer.manifest(2, [at], first);
  return { at, ne, rotated, stolen, first, second, third, fork };
}

/**
 * A client's life: it begins with the root keys alone and is offered one bundle after the other.
 */
export function registerVersionVectors(encoder: Encoder) {
  const issuer = new RegisterIssuer(encoder);
  const versions = versionsOf(issuer);
  return {
    roots: {
      threshold: 2,
      keys: ROOTS.map(({ publicRaw }) => publicRaw.toString("hex")),
      states: ["KE", "AT", "BR"],
    },
    offers: [...firstOffers(issuer, versions), ...laterOffers(issuer, versions)],
  };
}

type Versions = ReturnType<typeof versionsOf>;

function firstOffers(issuer: RegisterIssuer, { at, first, ne, stolen, third }: Versions): Offer[] {
  const [rootA, rootB, rootC] = ROOTS as [FixedKey, FixedKey, FixedKey];
  const [rootD] = NEW_ROOTS as [FixedKey];
  const ours = [at, ne];
  const signed = [issuer.signed(first, [rootA, rootC])];
  const good = issuer.bundle(signed, ours);
  const byOne = issuer.bundle([issuer.signed(first, [rootA, rootA])], ours);
  const skipping = [issuer.signed(third, [rootA, rootB, rootD])];
  return [
    offer("signed by one root of three, twice", byOne, {
      ...refused("THRESHOLD", "manifest"),
      ...NOTHING,
    }),
    offer("with its last byte cut off", good.subarray(0, -1), {
      ...refused("MALFORMED", "bundle"),
      ...NOTHING,
    }),
    offer("signed by two of three", good, { outcome: "taken", ...FIRST }),
    offer("the same again, with freshness", issuer.bundle(signed, ours, START + 30), {
      outcome: "known",
      ...FIRST,
    }),
    offer("fresh ahead of the clock", issuer.bundle(signed, ours, START + DAY), {
      ...refused("FRESHNESS", "freshness"),
      ...FIRST,
    }),
    offer("with the version between missing", issuer.bundle(skipping, [at, stolen]), {
      ...refused("GAP", "manifests"),
      ...FIRST,
    }),
  ];
}

function laterOffers(
  issuer: RegisterIssuer,
  { at, first, fork, ne, rotated, second, stolen, third }: Versions,
): Offer[] {
  const [rootA, rootB, rootC] = ROOTS as [FixedKey, FixedKey, FixedKey];
  const [rootD] = NEW_ROOTS as [FixedKey];
  const again = issuer.signed(first, [rootA, rootB]);
  const chain = [again, issuer.signed(second, [rootB, rootC])];
  const forked = issuer.bundle([issuer.signed(fork, [rootA, rootB])], [at]);
  const byNew = issuer.bundle([issuer.signed(third, [rootD])], [at, stolen]);
  const byBoth = issuer.bundle([issuer.signed(third, [rootA, rootC, rootD])], [at, stolen]);
  return [
    offer("with entries of another manifest", issuer.bundle(chain, [at, ne]), {
      ...refused("ENTRY_INVALID", "entry_digests"),
      ...FIRST,
    }),
    offer("the next, with a header key that NE changed", issuer.bundle(chain, [at, rotated]), {
      outcome: "taken",
      ...SECOND,
    }),
    offer("the first again", issuer.bundle([again], [at, ne]), {
      ...refused("ROLLBACK", "manifest.version"),
      ...SECOND,
    }),
    offer("another second version, as well signed", forked, {
      ...refused("FORK", "manifest"),
      ...SECOND,
    }),
    offer("with new roots that the old did not sign", byNew, {
      ...refused("THRESHOLD", "manifest"),
      ...SECOND,
    }),
    offer("with new roots that old and new signed, and keys that NE did not", byBoth, {
      outcome: "taken",
      ...THIRD,
    }),
  ];
}
