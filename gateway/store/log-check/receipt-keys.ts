/** Keys that the registers of a store name for what the gateway signs (TP-DISP-7). */
import type { KeyObject } from "node:crypto";
import {
  KeyPurpose,
  ParticipantRegister,
  RegisterBundle,
  RegisterManifest,
  SignedRegister,
  type SigningKey,
} from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { publicKeyOf } from "#trust";

/**
 * Receipt keys of all versions that are kept, by their ids. Whether the versions are those that
 * were logged is compared beside this; a key that was revoked since goes on proving what it signed.
 */
export async function receiptKeys(tx: Transaction): Promise<ReadonlyMap<string, KeyObject>> {
  const rows = await tx.all<SqlRow & { register: Uint8Array }>(
    "SELECT register FROM registers ORDER BY version",
  );
  const keys = rows.flatMap(({ register }) => gatewayKeysIn(register));
  const receipt = keys.filter(({ purpose }) => purpose === KeyPurpose.RECEIPT);
  return new Map(receipt.flatMap(({ keyId, publicKey }) => readKey(keyId, publicKey)));
}

/** Of a bundle or of a register that was signed as a whole; none in bytes that are neither. */
function gatewayKeysIn(bytes: Uint8Array): SigningKey[] {
  try {
    const manifest = RegisterBundle.decode(bytes).manifests.at(-1)?.manifest;
    if (manifest?.length) return RegisterManifest.decode(manifest).gatewayKeys;
    return ParticipantRegister.decode(SignedRegister.decode(bytes).register).gatewayKeys;
  } catch {
    return [];
  }
}

function readKey(keyId: string, publicKey: Uint8Array): [string, KeyObject][] {
  try {
    return [[keyId, publicKeyOf(publicKey)]];
  } catch {
    return [];
  }
}
