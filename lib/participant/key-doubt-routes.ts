import { Type } from "typebox";
import { actorOf, type HttpRoutes, problemOf, sendProblem } from "#http";
import { type Clock, type Database, TRUST_LIMITS } from "#runtime";
import type { RegisterView } from "#trust";
import type { RegisterDesk } from "./register-desk.ts";
import type { KeyConfirmation } from "./store/key-confirmations.ts";
import type { ServiceProcedures } from "./store/service-store.ts";

const closed = { additionalProperties: false } as const;
const keyId = (description: string) => Type.String({ pattern: "^[0-9a-f]{32}$", description });
const Confirmations = Type.Array(
  Type.Object({
    by: Type.String({ description: "User id" }),
    reason: Type.String(),
    at: Type.String({ format: "date-time" }),
  }),
  { description: "Who has confirmed the key by another channel; two people must" },
);

/** `GET /v1/key-doubts`. */
const LIST_KEY_DOUBTS = {
  schema: {
    operationId: "listKeyDoubts",
    summary:
      "Participants whose keys in the register are not believed here, with both fingerprints",
    tags: ["overview"],
    response: {
      200: Type.Object({
        doubts: Type.Array(
          Type.Object({
            participant: Type.String(),
            kind: Type.Enum(["KEYS_UNSIGNED", "KEYS_OLDER"]),
            pinnedKey: keyId("Fingerprint of the identity key that is pinned, and in use"),
            offeredKey: keyId("Fingerprint of the identity key that the register gives"),
            confirmations: Confirmations,
          }),
        ),
      }),
    },
  },
  config: {
    permission: "overview:read",
    examples: { none: { summary: "All are believed", status: 200, answer: { doubts: [] } } },
  },
} as const;

/** `POST /v1/key-doubts/:participant/confirm`. */
const CONFIRM_KEY = {
  schema: {
    operationId: "confirmKey",
    summary: "Confirms by another channel that an identity key is a participant's",
    description:
      "The keys that the register gives are believed once two people have confirmed the same " +
      "fingerprint, each with a reason. The same person again changes nothing.",
    tags: ["overview"],
    params: Type.Object({ participant: Type.String({ maxLength: 32 }) }, closed),
    body: Type.Object(
      {
        identityKey: keyId("Fingerprint as the participant has said it, typed"),
        reason: Type.String({ minLength: 1, maxLength: TRUST_LIMITS.confirmReasonCharsMax }),
      },
      closed,
    ),
    response: {
      200: Type.Object({
        participant: Type.String(),
        doubted: Type.Boolean({ description: "False: its keys were in use before, unconfirmed" }),
        confirmations: Confirmations,
        believed: Type.Boolean({ description: "Its keys in the register are used from now on" }),
      }),
    },
  },
  config: {
    permission: "keys:believe",
    problems: ["NOT_FOUND", "INPUT_INVALID"],
    examples: {
      undoubted: {
        summary: "A participant whose keys are not doubted: nothing is kept",
        parameters: { participant: "AT" },
        body: { identityKey: "5f0c1a2b3c4d5e6f708192a3b4c5d6e7", reason: "Called the desk" },
        status: 200,
        answer: { participant: "AT", doubted: false, confirmations: [], believed: true },
      },
    },
  },
} as const;

/** What the routes work with. */
export interface KeyDoubtDeps {
  readonly registers: Pick<RegisterDesk, "believe" | "doubts">;
  readonly register: () => RegisterView;
  readonly store: Pick<Database<ServiceProcedures>, "call">;
  readonly clock: Clock;
}

/** Routes to believe a participant's new identity key, by two people (TP-KEY-9). */
export function addKeyDoubtRoutes(routes: HttpRoutes, deps: KeyDoubtDeps): void {
  const { clock, register, registers, store } = deps;
  routes.get("/key-doubts", LIST_KEY_DOUBTS, async () => {
    const doubts = registers.doubts().map(async (doubt) => {
      const { kind, offeredKeyId: keyId, participant, pinnedKeyId } = doubt;
      const key = { participant, pinnedKeyId, keyId };
      const confirmations = await store.call("keyConfirmations", key);
      return {
        ...{ participant, kind, pinnedKey: pinnedKeyId, offeredKey: keyId },
        confirmations: confirmations.map(confirmationView),
      };
    });
    return { doubts: await Promise.all(doubts) };
  });
  routes.post("/key-doubts/:participant/confirm", CONFIRM_KEY, async (request, reply) => {
    const { participant } = request.params;
    const { identityKey, reason } = request.body;
    const doubt = registers.doubts().find((one) => one.participant === participant);
    if (doubt === undefined) {
      if (register().participant(participant) === undefined) {
        return sendProblem(reply, problemOf("NOT_FOUND"));
      }
      return reply.send({ participant, doubted: false, confirmations: [], believed: true });
    }
    const rule = ruleBroken(doubt, identityKey);
    if (rule !== undefined) {
      const problems = [{ field: "identityKey", rule }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const { userId: actor } = actorOf(request);
    const key = { participant, pinnedKeyId: doubt.pinnedKeyId, keyId: identityKey };
    const confirmation = { ...key, actor, reason, atMs: clock.now() };
    const confirmations = await store.call("confirmKey", confirmation);
    const isEnough = confirmations.length >= TRUST_LIMITS.keyConfirmationsMin;
    const believed = isEnough && (await registers.believe(participant, identityKey));
    const shown = confirmations.map(confirmationView);
    return reply.send({ participant, doubted: true, confirmations: shown, believed });
  });
}

function ruleBroken(
  { offeredKeyId, pinnedKeyId }: { readonly offeredKeyId: string; readonly pinnedKeyId: string },
  typed: string,
): string | undefined {
  if (offeredKeyId === pinnedKeyId) {
    return "is pinned already: an older statement was put back, which nobody can confirm";
  }
  return typed === offeredKeyId ? undefined : `is not the key the register gives, ${offeredKeyId}`;
}

function confirmationView({ actor: by, atMs, reason }: KeyConfirmation) {
  return { by, reason, at: new Date(atMs).toISOString() };
}
