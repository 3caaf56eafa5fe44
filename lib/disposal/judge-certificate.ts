import { DisposalCertificate, KeyPurpose, type SignedDisposalCertificate } from "#proto";
import { itemsOf } from "#records";
import { isValidAt, PAYLOAD_TYPES, type RegisterView, verifyBytesNow } from "#trust";
import { timestampMs } from "#wire";

/**
 * What is wrong with a certificate, by a register that was verified; undefined when nothing is
 * (TP-PREC-8). One of a participant is signed by a key for headers of that participant, one of the
 * gateway by a receipt key, and the key was valid when it was written.
 */
export function certificateProblem(
  { certificate, items, signatures }: SignedDisposalCertificate,
  register: Pick<RegisterView, "signingKey">,
): string | undefined {
  const said = DisposalCertificate.decode(certificate);
  if (itemsOf(said, items) === undefined) return "its items are not the ones it names";
  const [signature] = signatures;
  if (signature === undefined) return "it is not signed";
  const known = register.signingKey(signature.keyId);
  if (known === undefined) return `the register has no key ${signature.keyId}`;
  const { key, participant, publicKey } = known;
  const purpose = said.participant === "" ? KeyPurpose.RECEIPT : KeyPurpose.HEADER;
  if ((participant?.id ?? "") !== said.participant || key.purpose !== purpose) {
    return `the key ${signature.keyId} is not one of ${said.participant || "the gateway"} for it`;
  }
  if (!isValidAt(key, timestampMs(said.disposedAt) ?? 0)) {
    return `the key ${signature.keyId} was not valid when it was written`;
  }
  const isGood = verifyBytesNow(publicKey, PAYLOAD_TYPES.disposal, certificate, signature.value);
  return isGood ? undefined : "its signature does not verify";
}
