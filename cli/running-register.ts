import { glanceAtRegister } from "#http";
import { fetchRegisterFrom } from "#participant";
import { systemClock } from "#runtime";
import { CurrentRegister, loadPublicKey, openOrThrow } from "#trust";

/**
 * The register that a gateway hands out, and what is to be done about it (TP-REG-3); undefined when
 * it does not answer. Throws TracepostError VERIFICATION for one that the root keys did not sign.
 */
export async function runningRegister(gatewayUrl: string, rootPublicKeyFiles: readonly string[]) {
  const bytes = await fetchRegisterFrom(gatewayUrl)().catch(() => undefined);
  if (bytes === undefined) return undefined;
  const roots = await Promise.all(rootPublicKeyFiles.map((file) => loadPublicKey(file)));
  const { state, view } = openOrThrow(bytes, gatewayUrl, roots);
  const current = new CurrentRegister(view, state?.taken?.freshAtMs);
  return glanceAtRegister({ current }, systemClock.now());
}
