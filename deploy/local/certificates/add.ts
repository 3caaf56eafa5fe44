import { TracepostError } from "#errors";
import { openExchangeFolder } from "../folder/open-exchange-folder.ts";
import {
  TLS_BEFORE_START,
  writeGatewayConfig,
  writeParticipantConfig,
} from "../folder/service-configs.ts";
import { exchangeStatus } from "../supervisor/exchange-status.ts";
import { type TransportOptions, writeFirstCertificates } from "./first-certificates.ts";
import { readTransportPlan } from "./transport-plan.ts";

/**
 * Gives an exchange that was made without certificates its own, while nothing of it runs
 * (TP-TLS-13): from its next start on it speaks TLS. Gives whose files are to be handed over, as
 * they run elsewhere. Throws TracepostError USAGE where it has some, UNAVAILABLE while it runs.
 */
export async function addCertificates(
  dataDir: string,
  transport: TransportOptions,
): Promise<readonly string[]> {
  const { marker, participants, paths } = await openExchangeFolder(dataDir);
  if ((await readTransportPlan(paths)) !== undefined) {
    throw new TracepostError("USAGE", `the exchange in ${paths.dataDir} has certificates`, {
      remedy: "Further names, and new ones: tracepost exchange certificates renew",
    });
  }
  if ((await exchangeStatus(paths.dataDir)).kind === "running") {
    throw new TracepostError("UNAVAILABLE", `the exchange in ${paths.dataDir} runs`, {
      remedy: "Stop it first, as nobody speaks both: tracepost exchange down --data DIR",
    });
  }
  const ids = participants.map(({ id }) => id);
  await writeGatewayConfig(paths, TLS_BEFORE_START, {});
  for (const participant of participants) {
    if (participant.runs === "elsewhere") continue;
    await writeParticipantConfig(paths, participant, TLS_BEFORE_START, {});
  }
  // Last of all the plan: until it is there, the next start writes all of this as it was.
  await writeFirstCertificates(paths, ids, marker.exchangeId, transport);
  return participants.filter(({ runs }) => runs === "elsewhere").map(({ id }) => id);
}
