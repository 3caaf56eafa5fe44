import { operatorTls } from "../certificates/certificate-files.ts";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { SYSTEM_ACCOUNT } from "./authority.ts";
import { credentialsFile } from "./authority-files.ts";
import { INBOX_PREFIXES } from "./permissions.ts";

/** How the operator's user of the system account reaches a server, under a name of its own. */
export function operatorConnection(paths: ExchangePaths, servers: string, name: string) {
  return {
    servers,
    ...operatorTls(paths, servers),
    credsFile: credentialsFile(paths, SYSTEM_ACCOUNT, "operator"),
    name,
    inboxPrefix: INBOX_PREFIXES.operator,
  };
}
