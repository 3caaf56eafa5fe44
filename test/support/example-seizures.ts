import { type ApiDoor, callApi, EXAMPLE_IDS } from "#http";
import type { ParticipantSpec } from "../../deploy/local/index.ts";
import { EXAMPLE_TRACE } from "../../services/focal-point/api/trace-examples.ts";

const TIMEOUT_MS = 30_000;
/** Whom the ledgers of examples go to. */
export const EXAMPLE_MONITOR: ParticipantSpec = {
  id: "ORG-ECOWAS",
  name: "ECOWAS",
  role: "regional-monitor",
  state: "",
  instruments: [],
  languages: ["en"],
  answering: "officer",
  regionalBodies: [{ body: "ECOWAS", since: "2006-06-14" }],
};

const PISTOL = {
  item: 1,
  kind: "ARM",
  make: "GLOCK",
  serial: "MADE-UP 4712",
  quantity: 1,
  unit: "PIECES",
};
const REPORT = {
  agency: "Mombasa county",
  date: "2026-02-11",
  place: "KE-28",
  recovery: "SEIZED",
  items: [PISTOL],
};

/**
 * What examples are about, by the ids they have there: reports of one pistol by two agencies, one
 * of another, and a request that is no exercise.
 */
export async function arrangeSeizures(door: ApiDoor): Promise<Record<string, string>> {
  const add = async (institution: string, changes = {}): Promise<string> => {
    const body = { ...REPORT, institution, seizureNumber: "2026-0001", ...changes };
    const call = { method: "POST", path: "/v1/seizures", body, timeoutMs: TIMEOUT_MS } as const;
    return (await callApi<{ reportId: string }>(door, call)).reportId;
  };
  const seizure = await add("POLICE");
  await add("CUSTOMS");
  const { firearm } = EXAMPLE_TRACE.request;
  const request = { ...EXAMPLE_TRACE.request, firearm: { ...firearm, serialRaw: PISTOL.serial } };
  const body = { ...EXAMPLE_TRACE, status: "ACTUAL", request };
  const call = { method: "POST", path: "/v1/traces", body, timeoutMs: TIMEOUT_MS } as const;
  return {
    [EXAMPLE_IDS.seizure]: seizure,
    [EXAMPLE_IDS.otherSeizure]: await add("MILITARY", {
      items: [{ ...PISTOL, serial: "MADE-UP 9" }],
    }),
    [EXAMPLE_IDS.countedCase]: (await callApi<{ caseId: string }>(door, call)).caseId,
  };
}
