import { access } from "node:fs/promises";
import { generateSigningKey, loadSigningKey, type SigningKeyPair, saveSigningKey } from "#trust";

/**
 * A witness's own key, made where there is none: it signs cosignatures and nothing else
 * (TP-LOG-17). Throws TracepostError KEY_FILE when the file holds none.
 */
export async function openWitnessKey(file: string): Promise<SigningKeyPair> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) await saveSigningKey(file, generateSigningKey());
  return await loadSigningKey(file);
}
