import { type Static, Type } from "typebox";
import { HTTP_LIMITS, Instant } from "#runtime";
import { PERMISSIONS, ROLE_NAMES } from "./users/roles.ts";

const closed = { additionalProperties: false } as const;

const instant = Type.String({ format: "date-time" });

/** `after` of a list in pages: the mark of the page before (TP-API-11). */
export const pageAfter = Type.Optional(
  Type.String({ maxLength: HTTP_LIMITS.nameCharsMax, description: "`next` of the page before" }),
);

/** What is said to a mark that is of no page of the list. */
export const BAD_MARK = {
  problems: [{ field: "after", rule: "is not the `next` of a page of this list" }],
} as const;

/** Rows of a page, in a query. */
export const pageLimit = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: HTTP_LIMITS.pageRowsMax,
    description: `Rows of a page; ${HTTP_LIMITS.pageRowsMax} unless said otherwise`,
  }),
);

/** Where the page after this one begins, in an answer (TP-API-11). */
export const nextMark = Type.Optional(
  Type.String({ description: "Given back as `after` for the next page; absent on the last one" }),
);

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
    kind: Type.Optional(Type.Enum(["person", "system"], { description: "Default person" })),
    responsible: Type.Optional({
      ...UserId,
      description: "Of a system: user id of the person who answers for it",
    }),
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
    expiresAt: Type.Optional({ ...Instant, description: "Absent: does not expire" }),
  },
  closed,
);

/** A user as answered. */
export const UserView = Type.Object({
  userId: UserId,
  name: Type.String(),
  kind: Type.Enum(["person", "system"]),
  responsible: Type.Optional(UserId),
  roles: Type.Array(Type.Enum(ROLE_NAMES)),
  status: Type.Enum(["active", "disabled"]),
  createdAt: instant,
});

/** The answer of `GET /v1/me`. */
export const OwnAccount = Type.Object({
  ...UserView.properties,
  tokenId: Type.String({ description: "The token of this request; its id is no secret" }),
  permissions: Type.Array(Type.Enum(Object.keys(PERMISSIONS))),
});

/** The answer of `GET /v1/users`. */
export const UserList = Type.Object({ users: Type.Array(UserView), next: nextMark });

/** The answer of `GET /v1/users/:userId`. */
export const UserDetail = Type.Object({
  ...UserView.properties,
  tokens: Type.Array(
    Type.Object({
      tokenId: Type.String(),
      label: Type.String(),
      issuedAt: instant,
      expiresAt: Type.Optional(instant),
      revokedAt: Type.Optional(instant),
      lastUsedAt: Type.Optional(instant),
    }),
  ),
  changes: Type.Array(
    Type.Object({
      at: instant,
      actor: Type.String({ description: "User id of who did it" }),
      change: Type.String(),
      detail: Type.Optional(Type.String()),
    }),
  ),
});

/** The answer of `POST /v1/users/:userId/tokens`. */
export const IssuedToken = Type.Object({
  userId: UserId,
  tokenId: Type.String(),
  token: Type.Optional(
    Type.String({ description: "The secret; it is shown once, and not again to a repeat" }),
  ),
  label: Type.String(),
  expiresAt: Type.Optional(instant),
});

/** Query of a list of users. */
export const UserPage = Type.Object(
  {
    after: pageAfter,
    limit: pageLimit,
  },
  closed,
);
