import { type Static, Type } from "typebox";
import { FirearmFacts } from "#casework";
import { EstablishedBy, Usefulness, WithdrawalReason } from "#proto";
import { CASEWORK_LIMITS } from "#runtime";
import { AttachedFacts } from "../attachments/attached-schema.ts";
import { ByLetter } from "../letters/letter-schema.ts";
import { nameSchema } from "./names.ts";

/**
 * What `POST /v1/traces/:caseId/follow-up` takes. Shapes and closed lists are checked here; what a
 * follow-up must hold is decided by `checkFollowUp` (TP-MOVE-11), which names field and rule.
 */

const closed = { additionalProperties: false } as const;
const words = Type.String({ maxLength: CASEWORK_LIMITS.freeTextCharsMax });
const text = Type.Optional(words);
const flag = Type.Optional(Type.Boolean());
const firearm = Type.Optional(FirearmFacts);

/** Every kind of follow-up, by the name of its content. */
export const FOLLOW_UP_CONTENTS = {
  supplementaryInformation: Type.Object(
    { text, firearm, nothingMore: flag },
    { ...closed, description: "What the requested State asked for" },
  ),
  clarificationRequest: Type.Object(
    { question: words },
    { ...closed, description: "Asks for the reasons of a refusal (ITI para 23)" },
  ),
  withdrawal: Type.Object(
    { reason: nameSchema(WithdrawalReason), explanation: text, acceptsFoundFacts: flag },
    closed,
  ),
  reminder: Type.Object({ text }, closed),
  outcomeFeedback: Type.Object({ usefulness: nameSchema(Usefulness), text }, closed),
  caseClosed: Type.Object(
    {
      established: Type.Boolean({ description: "The point of diversion or origin is fixed" }),
      establishedBy: Type.Optional(nameSchema(EstablishedBy)),
      reason: words,
    },
    closed,
  ),
  caseReopened: Type.Object(
    { newFacts: words, firearm },
    { ...closed, description: "New facts within 30 days of the answer" },
  ),
} as const;

const Contents = Type.Partial(Type.Object(FOLLOW_UP_CONTENTS));

/** Body of `POST /v1/traces/:caseId/follow-up`: exactly one of the moves. */
export const NewFollowUp = Type.Object(
  {
    languageTag: Type.Optional(Type.String({ maxLength: 35 })),
    officerRef: Type.Optional(Type.String({ maxLength: 64 })),
    attachments: AttachedFacts,
    ...Contents.properties,
  },
  closed,
);

/** The type of {@link NewFollowUp}. */
export type NewFollowUp = Static<typeof NewFollowUp>;

/** The same with how it left, which a State off the exchange is written to by (TP-OFF-8). */
export const FollowUpToSend = Type.Object(
  { ...NewFollowUp.properties, byLetter: Type.Optional(ByLetter) },
  closed,
);

/** The type of {@link FollowUpToSend}. */
export type FollowUpToSend = Static<typeof FollowUpToSend>;
