import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Properties come last: most mutants are found by the quick tests before them. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = (file: TestSpecification) => file.moduleId.includes("/test/property/");
    return files.toSorted((one, other) => Number(isSlow(one)) - Number(isSlow(other)));
  }
}

/** How the tests of one area run, once for each mutant: all files in one process, one by one. */
export function areaConfig(include: string[], exclude: string[]): ViteUserConfig {
  return defineConfig({
    test: {
      globalSetup: ["test/support/choose-seed.ts"],
      setupFiles: ["test/mutation/short-properties.ts"],
      include,
      exclude,
      isolate: false,
      maxWorkers: 1,
      sequence: { sequencer: QuickFirst },
      testTimeout: 30_000,
    },
  });
}
