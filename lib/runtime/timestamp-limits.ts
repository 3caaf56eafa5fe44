import { DAY_MS, KIB, MINUTE_MS, SECOND_MS } from "./units.ts";

/** Limits of time-stamps on checkpoints. */
export const TIMESTAMP_LIMITS = {
  /** An answer with token and certificates has some 6 KiB. */
  answerBytesMax: 64 * KIB,
  /** Certificates in one token: two to four. */
  certificatesMax: 16,
  /** Certificates from the authority's own to a root. */
  chainMax: 6,
  /** ASN.1 elements in an answer: one with four certificates has some 400. */
  elementsMax: 4_000,
  /** ASN.1 elements within each other: a certificate has some 12. */
  depthMax: 32,
  /** RSA keys below are no longer believed by anybody. */
  rsaBitsMin: 2_048,
  /** Wait for an answer of an authority. */
  askMs: 15 * SECOND_MS,
  /** A time in a new token may differ by so much from the clock. */
  skewMs: 5 * MINUTE_MS,
  /** How often each authority is asked, unless the configuration says otherwise. */
  everyMs: DAY_MS,
  /** The shortest interval that the configuration may say: authorities count requests. */
  everyMsMin: MINUTE_MS,
  /** How often it is looked whether one is due. */
  lookMs: 20 * SECOND_MS,
  /** First wait after a failure; doubles each time. */
  retryFirstMs: MINUTE_MS,
  /** Longest wait after a failure. */
  retryMaxMs: 60 * MINUTE_MS,
  /** Intervals without any token after which the operator is told. */
  overdueIntervals: 3,
  /** Tokens in one page of a list. */
  pageMax: 100,
  /** Authorities that one gateway asks. */
  authoritiesMax: 8,
  /** Root certificates of one authority: while it changes them, two. */
  rootsMax: 8,
} as const;
