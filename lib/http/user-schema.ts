import { type Static, Type } from "typebox";
import { HTTP_LIMITS } from "#runtime";
import { ROLE_NAMES } from "./users/roles.ts";

const closed = { additionalProperties: false } as const;

/** A user id. */
export const UserId = Type.String({ pattern: "^[a-z0-9][a-z0-9.-]{1,31}$" });
/** Path of a user. */
export const UserParams = Type.Object({ userId: UserId }, closed);
/** Path of a token. */
export const TokenParams = Type.Object(
  { userId: UserId, tokenId: Type.String({ pattern: "^[a-z0-9]{12}$" }) },
  closed,
);

/** Body of `POST /v1/users`. */
export const NewUser = Type.Object(
  {
    userId: UserId,
    name: Type.String({ minLength: 1, maxLength: HTTP_LIMITS.nameCharsMax }),
    /** Default person. */
    kind: Type.Optional(Type.Enum(["person", "system"])),
    /** Of a system: user id of the person who answers for it. */
    responsible: Type.Optional(UserId),
    roles: Type.Array(Type.Enum(ROLE_NAMES), { minItems: 1, uniqueItems: true }),
  },
  closed,
);

/** The type of {@link NewUser}. */
export type NewUser = Static<typeof NewUser>;

/** Body of `POST /v1/users/:userId/tokens`. */
export const NewToken = Type.Object(
  {
    label: Type.Optional(Type.String({ maxLength: HTTP_LIMITS.nameCharsMax })),
    /** Absent: does not expire. */
    expiresAt: Type.Optional(Type.String({ format: "date-time" })),
  },
  closed,
);

/** Query of a list of users. */
export const UserPage = Type.Object(
  {
    /** `next` of the page before. */
    after: Type.Optional(Type.String({ maxLength: HTTP_LIMITS.nameCharsMax })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: HTTP_LIMITS.pageRowsMax })),
  },
  closed,
);
