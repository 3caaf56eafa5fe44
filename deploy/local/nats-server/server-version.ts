import { compareVersions, type VersionRule } from "../tools/tool-version.ts";

/** Oldest nats-server that is used (TP-NATS-1): what came before lost data and lacks settings. */
export const NATS_SERVER_VERSION_MIN = "2.12.0";

/**
 * Oldest one that takes leafs (TP-TLS-9): those before did not check at the hub what a leaf may
 * publish, but left it to the leaf.
 */
export const LEAF_HUB_VERSION_MIN = "2.12.7";

/** How nats-server says its version. */
export const NATS_SERVER_VERSION: VersionRule = {
  versionMin: NATS_SERVER_VERSION_MIN,
  versionPattern: /^nats-server: v(\d+\.\d+\.\d+)/m,
};

/** Whether a version text such as "2.15.1" is at least this one. */
export function isRecentEnough(version: string, versionMin = NATS_SERVER_VERSION_MIN): boolean {
  return compareVersions(version, versionMin) >= 0;
}
