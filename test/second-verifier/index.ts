/**
 * A verifier of its own making, for the tests: it reads what a running exchange wrote with nothing
 * but the Node standard library, and imports nothing of the product. What it agrees with is a
 * format that others can verify too, not a habit of our own code (docs/spec/log.md, wire.md).
 */
export { type KnownHead, openKnownCheckpoint } from "./checkpoint.ts";
export { verifyEvidenceBytes, verifyEvidenceFile } from "./evidence.ts";
export { verifyEvidenceBag } from "./evidence-case.ts";
export { demandConsistency, leafHash, rootOf } from "./merkle.ts";
export { verifyMessage, verifyReceipt } from "./message.ts";
export { type KnownRegister, openKnownRegister } from "./register.ts";
export type { StampFiles } from "./timestamp.ts";
export { Untrue } from "./untrue.ts";
