import { type ApiDoor, ApiProblem, callApi } from "./api-client.ts";
import type { Role } from "./users/roles.ts";

/** A user as `POST /v1/users` takes it. */
export interface UserSpec {
  readonly userId: string;
  readonly name: string;
  readonly kind?: "person" | "system";
  readonly responsible?: string;
  readonly roles: readonly Role[];
}

/** Adds a user to a service, as an administrator; one that is there stays as it is. */
export async function addUserOnce(door: ApiDoor, user: UserSpec, timeoutMs: number): Promise<void> {
  try {
    await callApi(door, { method: "POST", path: "/v1/users", body: user, timeoutMs });
  } catch (caught) {
    if (caught instanceof ApiProblem && caught.problemCode === "USER_EXISTS") return;
    throw caught;
  }
}

/** Issues a token for a user of a service, as an administrator. Returns the token. */
export async function issueToken(
  door: ApiDoor,
  userId: string,
  options: { readonly label: string; readonly timeoutMs: number },
): Promise<string> {
  const { label, timeoutMs } = options;
  const path = `/v1/users/${userId}/tokens`;
  const body = { label };
  const issued = await callApi<{ token: string }>(door, { method: "POST", path, body, timeoutMs });
  return issued.token;
}
