/** Kinds of store, and the modules that know their schema and their own checks. */
const MODULES: Readonly<Record<string, URL>> = {
  "tracepost-gateway": new URL("../../../gateway/store.ts", import.meta.url),
  "focal-point": new URL("../../../services/focal-point/store.ts", import.meta.url),
  "border-agency": new URL("../../../services/border-agency/store.ts", import.meta.url),
  "regional-monitor": new URL("../../../services/regional-monitor/store.ts", import.meta.url),
  "tracepost-witness": new URL("../../../services/witness/store.ts", import.meta.url),
};

/** The kind of store that has a message log. */
export const LOG_KIND = "tracepost-gateway";

/** The module that declares a kind of store; undefined for a kind nobody declares. */
export function storeModule(kind: string): URL | undefined {
  return Object.hasOwn(MODULES, kind) ? MODULES[kind] : undefined;
}
