import { compareVersions, type VersionRule } from "../tools/tool-version.ts";

/** Oldest nats-server that is used (TP-NATS-1): what came before lost data and lacks settings. */
export const NATS_SERVER_VERSION_MIN = "2.12.0";

/** How nats-server says its version. */
export const NATS_SERVER_VERSION: VersionRule = {
  versionMin: NATS_SERVER_VERSION_MIN,
  versionPattern: /^nats-server: v(\d+\.\d+\.\d+)/m,
};

/** Whether a version text such as "2.15.1" is at least {@link NATS_SERVER_VERSION_MIN}. */
export function isRecentEnough(version: string): boolean {
  return compareVersions(version, NATS_SERVER_VERSION_MIN) >= 0;
}
