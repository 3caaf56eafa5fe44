import { areaConfig } from "./area-config.ts";
const f = "key-windows,believed-keys,register-chain,register-bundles,register-edits,register-notices,check-register,register-parts,register-facts,take-register,pinned-keys,register-drafts,ending-keys,compromised-keys,root-signatures,log-trust,register-client,register-offers,register,participant-entry,current-register,who-applies";
export default areaConfig([`test/unit/trust/{${f}}.test.ts`], []);
