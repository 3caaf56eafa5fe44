// The door of lib/witness: a log witness (docs/spec/log.md), for whoever runs one. Its routes have
// a door of their own, api/index.ts.

export { Witness, type WitnessDeps, type WitnessTrust } from "./witness.ts";
export { openWitnessKey } from "./witness-key.ts";
export {
  WITNESS_ENDED_MIGRATION_SQL,
  WITNESS_MIGRATION_SQL,
  WITNESS_PROCEDURES,
  WITNESS_READ_ONLY,
  type WitnessGlance,
  type WitnessProcedures,
} from "./witness-record.ts";
export { WITNESS_SETTINGS } from "./witness-settings.ts";
