import type { Reporter, TestModule } from "vitest/node";

/** Says at the end of a run, in one line, that container tests were skipped and why. */
export class ContainerReport implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[]): void {
    const suites = testModules.filter(({ moduleId }) => moduleId.includes("/test/containers/"));
    const [missing = ""] = suites.map(
      ({ project }) => project.getProvidedContext().containers?.missing ?? "",
    );
    if (missing === "") return;
    process.stdout.write(` Container tests were skipped: ${missing}\n\n`);
  }
}
