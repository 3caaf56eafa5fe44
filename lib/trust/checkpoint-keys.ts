import type { KeyObject } from "node:crypto";
import { KeyPurpose, RevocationReason } from "#proto";
import type { RegisterView } from "./register-view.ts";

/**
 * Keys that a checkpoint is believed by (TP-KEY-4): one that was replaced goes on proving what it
 * signed; one that somebody else may have had proves nothing.
 */
export function checkpointKeysOf(register: RegisterView): readonly KeyObject[] {
  const keys = register
    .gatewayKeys(KeyPurpose.CHECKPOINT)
    .filter(({ key }) => key.revocationReason !== RevocationReason.COMPROMISED);
  return [...keys.map(({ publicKey }) => publicKey), ...register.logKeys];
}
