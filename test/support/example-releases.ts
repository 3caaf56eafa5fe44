import { type ApiDoor, callApi, issueToken } from "#http";
import { EXAMPLE_TRACE } from "../../services/focal-point/api/trace-examples.ts";

const TIMEOUT_MS = 30_000;

const make = (door: ApiDoor, path: string, body: unknown) =>
  callApi(door, { method: "POST", path, body, timeoutMs: TIMEOUT_MS });

/** Two requests that another person has prepared, and one that he has sent alone. */
export async function prepareReleases(admin: ApiDoor): Promise<string[]> {
  const userId = "desk-9";
  await make(admin, "/v1/users", { userId, name: "Desk 9", roles: ["FOCAL_POINT_SUPERVISOR"] });
  const token = await issueToken(admin, userId, { label: "test", timeoutMs: TIMEOUT_MS });
  const desk = { url: admin.url, token };
  const red = { ...EXAMPLE_TRACE, handling: { tlp: "RED" } };
  await make(desk, "/v1/traces", red);
  await make(desk, "/v1/traces", red);
  const urgencyJustification = "The vessel leaves tonight (made up)";
  const request = { ...EXAMPLE_TRACE.request, urgencyJustification };
  const breakGlass = { reason: urgencyJustification };
  await make(desk, "/v1/traces", { ...red, priority: "URGENT", request, breakGlass });
  const call = { path: "/v1/releases", timeoutMs: TIMEOUT_MS } as const;
  const { releases } = await callApi<{ releases: { releaseId: string }[] }>(desk, call);
  return releases.map(({ releaseId }) => releaseId);
}
