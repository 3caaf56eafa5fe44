import { areaConfig } from "./area-config.ts";

export default areaConfig(
  [
    "test/unit/wire/**/*.test.ts",
    "test/property/wire/**/*.test.ts",
    "test/vectors/{dispatch,envelope,open-body,subject}.test.ts",
  ],
  // About the code generated from the contract, which is no part of this area; takes seconds.
  ["test/property/wire/every-message.test.ts"],
);
