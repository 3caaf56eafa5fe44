import { nameOf } from "#casework";
import { actorOf, type HttpApi, type HttpRoutes, problemOf, sendProblem } from "#http";
import { ParticipantStatus } from "#proto";
import type { Database } from "#runtime";
import type { RegisterClient } from "#trust";
import type { RegisterAnnouncer } from "../register/announcer.ts";
import type { RegisterIntake } from "../register/register-intake.ts";
import { entryBytes, manifestsAfter, registerParts } from "../register/register-parts.ts";
import type { GatewayProcedures } from "../store.ts";
import {
  FETCH_ENTRY,
  FETCH_MANIFESTS,
  FETCH_REGISTER,
  PUBLICATION_BYTES_MAX,
  PUBLISH_REGISTER,
  SHOW_REGISTER,
} from "./register-operations.ts";

/** What the routes of the register work with. */
export interface RegisterRouteDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly client: RegisterClient;
  readonly intake: Pick<RegisterIntake, "take">;
  readonly announcer: Pick<RegisterAnnouncer, "versionOf">;
}

/** The same door, with routes to publish a register and to see which one is in force. */
export function withRegister(door: HttpApi, deps: RegisterRouteDeps): HttpApi {
  return {
    guard: door.guard,
    routes: async (routes) => {
      await door.routes(routes);
      addRegisterRoutes(routes, deps);
    },
  };
}

function addRegisterRoutes(routes: HttpRoutes, deps: RegisterRouteDeps): void {
  const options = { ...PUBLISH_REGISTER, bodyLimit: PUBLICATION_BYTES_MAX };
  routes.post("/register", options, async (request, reply) => {
    const register = Buffer.from(request.body.register, "base64");
    const intake = await deps.intake.take(register, actorOf(request).userId);
    if (intake.outcome === "refused") {
      const { detail: rule, field } = intake.refusal;
      const problems = [{ field, rule }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const { outcome, version } = intake;
    const place = outcome === "taken" ? { logIndex: intake.logIndex } : {};
    return reply.send({ outcome, version: String(version), ...place });
  });
  routes.get("/register", SHOW_REGISTER, async (_request, reply) => {
    const { announcer, client, store } = deps;
    const view = client.current.view();
    const kept = await store.call("loadRegisterVersion", { version: Number(view.version) });
    return reply.send({
      version: String(view.version),
      expiresAt: new Date(view.expiresAtMs).toISOString(),
      takenAt: kept === null ? undefined : new Date(kept.takenAtMs).toISOString(),
      takenBy: kept?.takenBy,
      logIndex: kept?.evidence?.index,
      participants: view.participants.map(({ id, status }) => ({
        id,
        status: nameOf(ParticipantStatus, status) ?? "UNSPECIFIED",
        version: announcer.versionOf(id)?.toString(),
      })),
    });
  });
}

/** The route that hands the register out to whoever asks; what comes is verified there. */
export function addRegisterFetch(
  routes: HttpRoutes,
  { client, store }: Pick<RegisterRouteDeps, "client" | "store">,
): void {
  routes.get("/register", FETCH_REGISTER, async (request, reply) => {
    const { version } = request.query;
    const { inForce } = client;
    const isNewest = version === undefined || version === String(inForce.view.version);
    const kept = isNewest
      ? { register: inForce.bytes }
      : await store.call("loadRegisterVersion", { version: Number(version) });
    if (kept === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.header("content-type", BYTES).send(Buffer.from(kept.register) as never);
  });
  routes.get("/register/manifest", FETCH_MANIFESTS, async (request, reply) => {
    const parts = registerParts(client);
    if (parts === undefined) return sendProblem(reply, problemOf("NOT_FOUND"));
    const found = manifestsAfter(parts, BigInt(request.query.after ?? "0"));
    return reply.header("content-type", BYTES).send(Buffer.from(found) as never);
  });
  routes.get("/register/entries/:digest", FETCH_ENTRY, async (request, reply) => {
    const parts = registerParts(client);
    const found = parts && entryBytes(parts, request.params.digest);
    if (found === undefined) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.header("content-type", BYTES).send(Buffer.from(found) as never);
  });
}

const BYTES = "application/octet-stream";
