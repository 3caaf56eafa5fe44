import { configureGlobal } from "fast-check";
import { inject } from "vitest";

// Properties of every file start from the seed that was printed.
configureGlobal({ seed: inject("seed") });
