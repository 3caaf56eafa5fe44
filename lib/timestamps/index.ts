// The door of lib/timestamps: time-stamps of authorities outside (docs/spec/timestamps.md).

export { TIMESTAMP_DIGESTS, type TimestampDigest } from "./algorithms.ts";
export { type AskedAuthority, askTimestampAuthority, type TakenToken } from "./ask-authority.ts";
export { formatTimestampRequest, parseTimestampAnswer } from "./request.ts";
export { parseRootCertificates } from "./root-certificates.ts";
export type { TimestampRefusal, TimestampVerdict } from "./verdict.ts";
export {
  parseTimestampToken,
  type VerifiedToken,
  verifyTimestampToken,
} from "./verify-token.ts";
