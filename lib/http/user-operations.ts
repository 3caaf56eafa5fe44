import { EXAMPLE_IDS, EXAMPLE_TOKEN_TEXT, EXAMPLE_USER } from "./contract/example-ids.ts";
import { problemOf } from "./problem.ts";
import { RepeatHeaders } from "./repeat-request.ts";
import {
  BAD_MARK,
  IssuedToken,
  NewToken,
  NewUser,
  OwnAccount,
  TokenParams,
  UserDetail,
  UserList,
  UserPage,
  UserParams,
  UserView,
} from "./user-schema.ts";

/** Contracts of the routes about users: what each takes, answers and shows as an example. */

const DIALLO = {
  userId: EXAMPLE_USER,
  name: "Mariama Diallo (made up)",
  kind: "person",
  roles: ["FOCAL_POINT_OFFICER"],
  status: "active",
  createdAt: "2026-03-02T08:30:00.000Z",
} as const;

const parameters = { userId: DIALLO.userId } as const;

/** `GET /v1/me`. */
export const SHOW_OWN_ACCOUNT = {
  schema: {
    operationId: "showOwnAccount",
    summary: "Who the token belongs to, and what he may do",
    tags: ["account"],
    response: { 200: OwnAccount },
  },
  config: {
    permission: "account:own",
    problems: ["NOT_FOUND"],
    examples: {
      auditor: {
        summary: "An auditor",
        status: 200,
        answer: {
          ...DIALLO,
          roles: ["AUDITOR"],
          tokenId: EXAMPLE_IDS.token,
          permissions: ["account:own", "overview:read", "receipts:read", "users:read"],
        },
      },
    },
  },
} as const;

/** `GET /v1/users`. */
export const LIST_USERS = {
  schema: {
    operationId: "listUsers",
    summary: "Users, in the order in which they were added",
    tags: ["users"],
    querystring: UserPage,
    response: { 200: UserList },
  },
  config: {
    permission: "users:read",
    examples: {
      firstPage: {
        summary: "The first page",
        parameters: { limit: 20 },
        status: 200,
        answer: { users: [DIALLO] },
      },
      foreignMark: {
        summary: "A mark that is of no page of this list",
        parameters: { after: "tomorrow" },
        status: 422,
        answer: problemOf("INPUT_INVALID", BAD_MARK),
      },
    },
  },
} as const;

/** `GET /v1/users/:userId`. */
export const SHOW_USER = {
  schema: {
    operationId: "showUser",
    summary: "A user with tokens and changes; the newest first",
    tags: ["users"],
    params: UserParams,
    response: { 200: UserDetail },
  },
  config: {
    permission: "users:read",
    problems: ["NOT_FOUND"],
    examples: {
      officer: {
        summary: "An officer with one token",
        parameters,
        status: 200,
        answer: {
          ...DIALLO,
          tokens: [
            {
              tokenId: EXAMPLE_IDS.token,
              label: "desk 7",
              issuedAt: "2026-03-02T08:31:00.000Z",
              lastUsedAt: "2026-03-06T14:02:00.000Z",
            },
          ],
          changes: [{ at: "2026-03-02T08:30:00.000Z", actor: "installation", change: "added" }],
        },
      },
    },
  },
} as const;

/** `POST /v1/users`. */
export const ADD_USER = {
  schema: {
    operationId: "addUser",
    summary: "Adds a user",
    description: "A user id is never given again, and a user is never removed.",
    tags: ["users"],
    headers: RepeatHeaders,
    body: NewUser,
    response: {
      200: { ...UserView, description: "The user that was added under this idempotency key" },
      201: { ...UserView, description: "The user is added" },
    },
  },
  config: {
    permission: "users:write",
    problems: ["USER_EXISTS", "IDEMPOTENCY_MISMATCH"],
    examples: {
      officer: {
        summary: "An officer",
        body: { userId: "o.keita", name: "Oumar Keita (made up)", roles: ["FOCAL_POINT_OFFICER"] },
        status: 201,
        answer: { ...DIALLO, userId: "o.keita", name: "Oumar Keita (made up)" },
      },
      system: {
        summary: "A national system, for which a person answers",
        body: {
          userId: "case-system",
          name: "Case management (made up)",
          kind: "system",
          responsible: EXAMPLE_USER,
          roles: ["NATIONAL_SYSTEM"],
        },
        status: 201,
        answer: {
          userId: "case-system",
          name: "Case management (made up)",
          kind: "system",
          responsible: EXAMPLE_USER,
          roles: ["NATIONAL_SYSTEM"],
          status: "active",
          createdAt: "2026-03-02T08:32:00.000Z",
        },
      },
    },
  },
} as const;

/** `POST /v1/users/:userId/disable` and `…/enable`. */
export function setUserStatus(verb: "disable" | "enable", status: "disabled" | "active") {
  return {
    schema: {
      operationId: `${verb}User`,
      summary:
        verb === "disable" ? "Shuts a user out, with the next request" : "Lets a user back in",
      tags: ["users"],
      params: UserParams,
      response: { 200: UserView },
    },
    config: {
      permission: "users:write",
      problems: ["NOT_FOUND", "LAST_ADMINISTRATOR"],
      examples: {
        officer: { summary: "An officer", parameters, status: 200, answer: { ...DIALLO, status } },
      },
    },
  } as const;
}

/** `POST /v1/users/:userId/tokens`. */
export const ISSUE_TOKEN = {
  schema: {
    operationId: "issueToken",
    summary: "Issues a token; it is shown this once",
    description:
      "A repeat under the same idempotency key names the token and does not show it: it is not " +
      "kept. Whoever lost the answer revokes that token and issues another.",
    tags: ["users"],
    params: UserParams,
    headers: RepeatHeaders,
    body: NewToken,
    response: {
      200: { ...IssuedToken, description: "The token that was issued under this key, unshown" },
      201: { ...IssuedToken, description: "The token is issued" },
    },
  },
  config: {
    permission: "users:write",
    problems: ["NOT_FOUND", "USER_DISABLED", "TOO_MANY_TOKENS", "IDEMPOTENCY_MISMATCH"],
    examples: {
      endless: {
        summary: "A token that does not expire",
        parameters,
        body: { label: "desk 7" },
        status: 201,
        answer: {
          userId: EXAMPLE_USER,
          tokenId: EXAMPLE_IDS.token,
          token: EXAMPLE_TOKEN_TEXT,
          label: "desk 7",
        },
      },
    },
  },
} as const;

/** `POST /v1/users/:userId/tokens/:tokenId/revoke`. */
export const REVOKE_TOKEN = {
  schema: {
    operationId: "revokeToken",
    summary: "Ends a token, with the next request",
    tags: ["users"],
    params: TokenParams,
    response: { 200: UserView },
  },
  config: {
    permission: "users:write",
    problems: ["NOT_FOUND", "LAST_ADMINISTRATOR"],
    examples: {
      lost: {
        summary: "A token that was lost",
        parameters: { ...parameters, tokenId: EXAMPLE_IDS.token },
        status: 200,
        answer: DIALLO,
      },
    },
  },
} as const;
