// The door to routes of disposal and of legal holds (docs/spec/disposal.md, docs/spec/holds.md).

export { addDisposalRoutes, type DisposalRouteDeps } from "./disposal-routes.ts";
export { addHoldRoutes } from "./hold-routes.ts";
export { type LookDeps, noteLook } from "./note-look.ts";
