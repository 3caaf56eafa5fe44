import { KIB, MIB, SECOND_MS } from "./units.ts";

/** Limits of keys, register and seal (docs/spec/trust.md). */
export const TRUST_LIMITS = {
  /** A signed register of the most participants, each with a few keys and standings. */
  registerBytesMax: 16 * MIB,
  /** Versions of the register kept beside the newest, for what was made under one and is late. */
  registerVersionsKept: 16,
  /** People who must confirm a new identity key of another participant. */
  keyConfirmationsMin: 2,
  /** Length of the reason each of them gives, characters. */
  confirmReasonCharsMax: 500,
  /** Longest wait for a register that is fetched, and first wait before it is tried again. */
  registerFetchMs: 20 * SECOND_MS,
  /** Fetches that may fail to bring a version that was named, each after twice the wait. */
  registerFetchesMax: 8,
  /** A key file is a few hundred bytes; anything else is no key file. */
  keyFileBytesMax: 64 * KIB,
  /** Longest wait for a signature of a signer of its own; a person may have to touch a card. */
  signatureMs: 10 * SECOND_MS,
  /** Signatures asked of a signer and not given yet; beyond it, it is stuck. */
  signaturesWaitingMax: 256,
  /** Line of a signer; an answer is below 200 characters, its words for an error are cut off. */
  signerLineCharsMax: 64 * KIB,
  /** Shares of a State recovery key; more people than this never come together. */
  recoverySharesMax: 16,
  /** Smallest plaintext of a key part; sequence numbers do not show in its size. */
  keyPaddingBytesMin: 512,
  /** Jobs handed to a sealing thread at a time: it never idles, and answers go back early. */
  sealJobsPerThread: 4,
  /** Jobs waiting for a sealing thread; beyond it a caller ignores back pressure. */
  sealJobsWaitingMax: 1_024,
  /**
   * Memory a sealing thread may hold, in MiB; a hostile message cannot take the process with it.
   */
  sealThreadHeapMib: 256,
} as const;
