import { TracepostError } from "#errors";
import type { Logger } from "#runtime";
import type { RunningService } from "./start-service.ts";

/** What a service process is, for those who start and stop it. */
export interface ServiceProcess {
  readonly service: RunningService;
  readonly logger: Logger;
}

/**
 * Starts a service as a process: says it is ready, and drains on SIGTERM, SIGINT or a lost parent.
 * A start that fails is told with what to do, and gives the code to end the process with; 0 when
 * it runs. `name` is such as "focal point".
 */
export async function runProcess(
  name: string,
  start: () => Promise<ServiceProcess>,
): Promise<number> {
  try {
    const { service, logger } = await start();
    const stop = (): void => {
      service.stop().then(
        () => process.connected && process.disconnect?.(),
        (caught: unknown) => logger.error({ err: caught }, `the ${name} did not stop cleanly`),
      );
    };
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
    process.once("disconnect", stop);
    process.send?.({ type: "ready", url: service.url });
    return 0;
  } catch (caught) {
    const fault = TracepostError.from(caught);
    const lines = [`${name}: ${fault.message}`, ...fault.problems, fault.remedy];
    process.stderr.write(`${lines.filter((line) => line !== "").join("\n  ")}\n`);
    return fault.exitCode;
  }
}
