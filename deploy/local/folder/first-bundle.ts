import { KeyPurpose, type RegisterBundle, type RootKeySet } from "#proto";
import {
  admittedEntry,
  draftRegister,
  firstStatement,
  type SigningKeyPair,
  signManifest,
} from "#trust";
import {
  type FirstRegisterInput,
  groupsOf,
  registeredKey,
  registeredLogKey,
  registeredParticipant,
} from "./first-register.ts";

/** How many root keys sign a version, of the three that there are. */
const THRESHOLD = 2;
/** Where no participant is of a State, as in a trial of organizations alone. */
const NO_STATE = "ZZ";

/** Builds version 1 as a bundle, signed by two root keys; each participant states its own keys. */
export function firstBundle(
  input: FirstRegisterInput & {
    readonly roots: readonly SigningKeyPair[];
    readonly freshness: SigningKeyPair;
  },
): RegisterBundle {
  const { freshness, gateway, keys, nowMs, participants, roots } = input;
  const entries = participants.flatMap((spec) => {
    const own = keys.get(spec.id);
    if (own === undefined) return [];
    return [admittedEntry(registeredParticipant(spec), firstStatement(spec.id, own, nowMs))];
  });
  const states = [
    ...new Set(participants.map(({ state }) => state).filter((state) => state !== "")),
  ];
  const drafted = draftRegister({
    previous: undefined,
    issuedAtMs: nowMs,
    logOrigin: input.logOrigin,
    entries,
    roots: rootSetOf(roots, states),
    gatewayKeys: [
      registeredKey(gateway.receipt, KeyPurpose.RECEIPT, nowMs),
      registeredKey(gateway.checkpoint, KeyPurpose.CHECKPOINT, nowMs),
    ],
    freshnessKeys: [registeredKey(freshness, KeyPurpose.FRESHNESS, nowMs)],
    groups: groupsOf(participants),
    logKeys: [registeredLogKey(gateway.log, nowMs)],
  });
  const signers = roots.slice(0, THRESHOLD);
  return {
    ...drafted,
    manifests: drafted.manifests.map((manifest) => signers.reduce(signManifest, manifest)),
  };
}

/** Root keys in the States that take part, by turns: that is where they belong. */
function rootSetOf(roots: readonly SigningKeyPair[], states: readonly string[]): RootKeySet {
  const keys = roots.map(({ keyId, publicRaw }, place) => ({
    keyId,
    publicKey: publicRaw,
    state: states[place % Math.max(1, states.length)] ?? NO_STATE,
  }));
  return { threshold: THRESHOLD, keys };
}
