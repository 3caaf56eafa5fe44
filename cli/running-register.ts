import { glanceAtRegister } from "#http";
import { fetchRegisterFrom } from "#participant";
import { systemClock } from "#runtime";
import {
  CurrentRegister,
  givenRoots,
  loadPublicKey,
  openBundle,
  openRegisterOf,
  parseRegisterBundle,
} from "#trust";

/**
 * The register that a gateway hands out, and what is to be done about it (TP-REG-3); undefined when
 * it does not answer. Throws TracepostError VERIFICATION for one that the root keys did not sign.
 */
export async function runningRegister(gatewayUrl: string, rootPublicKeyFiles: readonly string[]) {
  const bytes = await fetchRegisterFrom(gatewayUrl)().catch(() => undefined);
  if (bytes === undefined) return undefined;
  const view = await openRegisterOf(bytes, gatewayUrl, rootPublicKeyFiles);
  const roots = await Promise.all(rootPublicKeyFiles.map((file) => loadPublicKey(file)));
  const parsed = parseRegisterBundle(bytes);
  const opened = parsed.ok ? openBundle(parsed.value, givenRoots(roots)) : parsed;
  const freshAtMs = opened.ok ? opened.value.taken.freshAtMs : undefined;
  return glanceAtRegister({ current: new CurrentRegister(view, freshAtMs) }, systemClock.now());
}
