import { areaConfig } from "./area-config.ts";

export default areaConfig(
  [
    "test/unit/trust/**/*.test.ts",
    "test/property/trust/**/*.test.ts",
    "test/vectors/{authentication,register,sealed,signature}.test.ts",
  ],
  // Through sealing threads, where no mutant can be switched on; takes seconds. What hands work to
  // the threads is on this side of them.
  ["test/property/trust/seal.test.ts"],
);
