import type { Reporter, TestModule } from "vitest/node";

/** Says at the end of a run, in one line, that container tests were skipped and why. */
export class ContainerReport implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[]): void {
    const suites = testModules.filter(({ moduleId }) => moduleId.includes("/test/containers/"));
    const [setup] = suites.map(({ project }) => project.getProvidedContext().containers);
    if (setup === undefined) return;
    if (setup.missing !== "") {
      process.stdout.write(` Container tests were skipped: ${setup.missing}\n\n`);
    } else if (setup.compose === undefined) {
      const why = "neither `docker compose` nor `docker-compose` is installed";
      process.stdout.write(` Tests of the compose file were skipped: ${why}\n\n`);
    }
  }
}
