import { cosign, createCheckpointSigner, hashLeaf } from "#message-log";
import {
  KeyPurpose,
  LogSuccession,
  LogWitnessSet,
  type RegisterBundle,
  SignedLogSuccession,
} from "#proto";
import {
  addSuccessionSignature,
  draftSuccession,
  firstState,
  generateSigningKey,
  type RegisterDraft,
  type RegisterState,
  type SigningKeyPair,
  takeRegister,
} from "#trust";
import { toTimestamp } from "#wire";
import {
  firstEntry,
  keyOf,
  manifestOf,
  RegisterAuthority,
  START_MS,
} from "./register-authority.ts";

/** Name of the log of {@link RegisterAuthority}. */
export const OLD_ORIGIN = "tracepost.example/test";
/** Name of the log that succeeds it. */
export const NEW_ORIGIN = "tracepost.example/test/2";

interface WitnessKeys {
  readonly key: SigningKeyPair;
  readonly otherKey: SigningKeyPair;
}

/** An exchange whose register names three witnesses, two of which are a quorum. */
export class SucceededExchange {
  readonly authority = new RegisterAuthority();
  readonly witnessKeys = ["NE", "BR", "AT"].map((participant) => {
    const [key, otherKey] = [generateSigningKey(), generateSigningKey()];
    return { participant, name: `witness.example/${participant}`, key, otherKey };
  });
  readonly entries = this.witnessKeys.map(({ participant }) => firstEntry(participant));
  readonly witnesses = this.#watchedBy(({ key }) => key);
  readonly first = this.authority.issue(this.entries, { witnesses: this.witnesses });

  /** Witnesses of the same names, each with another key. */
  otherWitnesses(): LogWitnessSet {
    return this.#watchedBy(({ otherKey }) => otherKey);
  }

  #watchedBy(keyOf: (one: WitnessKeys) => SigningKeyPair): LogWitnessSet {
    return LogWitnessSet.fromPartial({
      quorum: 2,
      witnesses: this.witnessKeys.map((one) => {
        const { name, participant } = one;
        return { name, participant, publicKey: keyOf(one).publicRaw, url: "" };
      }),
    });
  }

  /** A client that has the first version in force. */
  client(): RegisterState {
    const taking = takeRegister(firstState(this.authority.roots.set), this.first, START_MS);
    if (taking.outcome !== "taken") throw new TypeError("the first version is taken");
    return taking.state;
  }

  /** A checkpoint of a made-up log of that size, cosigned by the first `count` witnesses. */
  checkpoint(
    size: number,
    count = 2,
    leaf = `root ${size}`,
    which: keyof WitnessKeys = "key",
  ): string {
    const signer = createCheckpointSigner(this.authority.checkpointKey, OLD_ORIGIN);
    const note = signer.sign(size, hashLeaf(Buffer.from(leaf)));
    const lines = this.witnessKeys
      .slice(0, count)
      .map(({ name, ...keys }) => cosign(note, { ...keys[which], name }, 1_000));
    return note + lines.join("");
  }

  /** A statement that ends the log, signed by these root keys, by default as many as must. */
  statement(
    change: Partial<LogSuccession> = {},
    signers: readonly SigningKeyPair[] = this.authority.roots.pairs.slice(0, 2),
  ): SignedLogSuccession {
    const checkpoint = change.checkpoint ?? this.checkpoint(7);
    const bytes = draftSuccession(
      LogSuccession.create({
        oldOrigin: OLD_ORIGIN,
        checkpoint,
        noCosignedCheckpoint: checkpoint === "",
        newOrigin: NEW_ORIGIN,
        checkpointKeys: [keyOf(this.authority.checkpointKey, KeyPurpose.CHECKPOINT)],
        succeedsAt: toTimestamp(START_MS + 1_000),
        reason: "The hub is lost (made up)",
        registerVersion: 2n,
        ...change,
      }),
    );
    return signers.reduce(
      (signed, root) => SignedLogSuccession.decode(addSuccessionSignature(signed, root)),
      SignedLogSuccession.decode(bytes),
    );
  }

  /** The next version after a bundle, with what it changes. */
  next(after: RegisterBundle, change: Partial<RegisterDraft>): RegisterBundle {
    const { logOrigin, logSuccessions } = manifestOf(after).manifest;
    const issued = this.authority.issue(this.entries, {
      previous: manifestOf(after),
      witnesses: this.witnesses,
      ...{ logOrigin, logSuccessions },
      ...change,
    });
    return { ...issued, manifests: [...after.manifests, ...issued.manifests] };
  }

  /** The version that brings a statement. */
  succeeded(statement = this.statement(), logOrigin = NEW_ORIGIN): RegisterBundle {
    return this.next(this.first, { logOrigin, logSuccessions: [statement] });
  }
}
