export { type ClaimsAdmin, connectClaimsAdmin } from "./claims-admin.ts";
export type { ConnectionOptions } from "./connection.ts";
export { type BusOptions, connectBus } from "./nats-transport.ts";
export { reloadServer } from "./reload-server.ts";
export { readServerReport, type ServerReport } from "./server-report.ts";
export {
  type ConsumerState,
  connectStreamAdmin,
  type StreamAdmin,
  type StreamState,
} from "./stream-admin.ts";
export type { ConsumerSettings, StreamSettings } from "./stream-settings.ts";
