// The door to accounts of users, without the HTTP server: what a store's thread loads too.

export { type Actor, admitInstallation, createGuard, type Guard } from "./guard.ts";
export {
  mayHold,
  PERMISSIONS,
  type Permission,
  permissionsOf,
  ROLE_NAMES,
  ROLES,
  type Role,
  rolesWith,
} from "./roles.ts";
export { newToken, parseToken } from "./token.ts";
export { USER_PROCEDURES, USER_READ_ONLY, type UserStore } from "./user-procedures.ts";
export {
  CLOCK_ACTOR,
  EXCHANGE_ACTOR,
  findUser,
  INSTALLATION_USER,
  mayBeOne,
  REGISTER_ACTOR,
  RESERVED_USER_IDS,
  RULE_ACTOR,
} from "./user-record.ts";
export { USER_MIGRATION_SQL } from "./user-tables.ts";
