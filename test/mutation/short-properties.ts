import { configureGlobal } from "fast-check";
import { inject } from "vitest";

/**
 * Hundreds of runs follow each other, so a property has a moment only and is not shrunk: whether it
 * holds is asked here, not what breaks it most simply.
 */
const PROPERTY_MS_MAX = 400;

configureGlobal({
  seed: inject("seed"),
  endOnFailure: true,
  interruptAfterTimeLimit: PROPERTY_MS_MAX,
});
