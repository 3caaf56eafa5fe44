// The door to the routes of a log witness (docs/spec/log.md).

export { addWitnessRoutes, type WitnessRouteDeps } from "./routes.ts";
