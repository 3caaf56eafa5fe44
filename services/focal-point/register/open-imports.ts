import { join } from "node:path";
import type { ServiceContext } from "#participant";
import type { FocalPointConfig } from "../config.ts";
import type { FocalPointProcedures } from "../store.ts";
import { RegisterImporter } from "./register-importer.ts";
import { Spool } from "./spool.ts";

/** What imports of a register are made with. */
export interface RegisterImports {
  readonly spool: Spool;
  readonly uploads: RegisterImporter;
}

/** Goes on with the imports that an earlier process left, and ends with the service. */
export async function openRegisterImports(
  context: Pick<
    ServiceContext<FocalPointConfig, FocalPointProcedures>,
    "clock" | "config" | "lifecycle" | "logger" | "store" | "timers"
  >,
): Promise<RegisterImports> {
  const { clock, config, lifecycle, logger, store, timers } = context;
  const spool = new Spool(join(config.dataDir, "imports"));
  const uploads = new RegisterImporter({ store, spool, clock, timers, logger });
  lifecycle.add({ name: "imports of the register", stop: () => uploads.stop() });
  await uploads.recover();
  return { spool, uploads };
}
