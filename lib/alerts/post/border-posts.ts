import { Alert, type ExchangeStatus, type PostAlert } from "#proto";
import { CHECK_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { toTimestamp } from "#wire";
import { sweepExpired } from "../copy/note-alert.ts";
import { POST_LOG_PROCEDURES, POST_LOG_READ_ONLY } from "./post-log-procedures.ts";

/** A post that holds the alerts in force as a file. */
export interface BorderPost {
  readonly postId: string;
  readonly name: string;
  /** Its sealing key, `age1pq1…`. */
  readonly recipient: string;
  readonly addedAtMs: number;
  readonly addedBy: string;
  readonly revokedAtMs: number | null;
  readonly revokedBy: string | null;
  /** Newest version that was issued; 0: none. */
  readonly issuedVersion: number;
  readonly issuedAtMs: number | null;
  /** When what it holds dies by itself. */
  readonly expiresAtMs: number | null;
  /** Newest line of its log that has come home; 0: none. */
  readonly logTaken: number;
}

interface PostRow extends SqlRow {
  post_id: string;
  name: string;
  recipient: string;
  added_at: number;
  added_by: string;
  revoked_at: number | null;
  revoked_by: string | null;
  issued_version: number;
  issued_at: number | null;
  expires_at: number | null;
  log_taken: number;
}

/** Posts, each with how far its log has come home. */
const POSTS = `SELECT p.*, coalesce((SELECT max(n) FROM post_check c WHERE c.post_id = p.post_id), 0)
  AS log_taken FROM border_post p`;

function postOf(row: PostRow): BorderPost {
  return {
    postId: row.post_id,
    name: row.name,
    recipient: row.recipient,
    addedAtMs: row.added_at,
    addedBy: row.added_by,
    revokedAtMs: row.revoked_at,
    revokedBy: row.revoked_by,
    issuedVersion: row.issued_version,
    issuedAtMs: row.issued_at,
    expiresAtMs: row.expires_at,
    logTaken: row.log_taken,
  };
}

/** A post to be added. */
interface NewPost {
  readonly postId: string;
  readonly name: string;
  readonly recipient: string;
  /** Raw public key its log is signed with; absent: it brings none home. */
  readonly logKey?: Uint8Array | undefined;
  readonly actor: string;
  readonly nowMs: number;
}

/** Adds a post, once for each id: an id is never given again, and a key never replaced. */
async function addPost(
  tx: Transaction,
  post: NewPost,
): Promise<{ readonly added: boolean; readonly post: BorderPost | null }> {
  const added = await tx.run(
    `INSERT INTO border_post (post_id, name, recipient, log_key, added_at, added_by)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    post.postId,
    post.name,
    post.recipient,
    post.logKey ?? null,
    post.nowMs,
    post.actor,
  );
  return { added: added > 0, post: await findPost(tx, post) };
}

async function findPost(tx: Transaction, args: { postId: string }): Promise<BorderPost | null> {
  const row = await tx.get<PostRow>(`${POSTS} WHERE p.post_id = ?`, args.postId);
  return row === undefined ? null : postOf(row);
}

/** All posts by id. */
async function listPosts(tx: Transaction, _args: unknown): Promise<BorderPost[]> {
  const rows = await tx.all<PostRow>(`${POSTS} ORDER BY p.post_id LIMIT 10000`);
  return rows.map(postOf);
}

/** Revokes a post for good; whoever did it first stays (TP-CHECK-12). */
async function revokePost(
  tx: Transaction,
  args: { readonly postId: string; readonly actor: string; readonly nowMs: number },
): Promise<BorderPost | null> {
  await tx.run(
    `UPDATE border_post SET revoked_at = ?, revoked_by = ?
     WHERE post_id = ? AND revoked_at IS NULL`,
    args.nowMs,
    args.actor,
    args.postId,
  );
  return await findPost(tx, args);
}

/** What goes into a file for a post. */
interface PostContent {
  readonly version: number;
  readonly currentAtMs: number;
  readonly alerts: readonly PostAlert[];
  readonly ended: readonly string[];
}

interface AlertRow extends SqlRow {
  message_id: string;
  conversation_id: string;
  sender: string;
  status: ExchangeStatus;
  sent_at: number;
  body: Uint8Array;
  key_compromised: number;
}

/**
 * The alerts in force, or what has changed since a version, in one snapshot. `sinceVersion` 0 is a
 * whole copy, which names nothing that ended.
 */
async function postContent(
  tx: Transaction,
  args: { readonly sinceVersion: number; readonly nowMs: number },
): Promise<PostContent> {
  const state = await tx.get<{ version: number; current_at: number }>("SELECT * FROM alert_copy");
  const rows = await tx.all<AlertRow>(
    `SELECT message_id, conversation_id, sender, status, sent_at, body, key_compromised
     FROM alert_message
     WHERE version > ? AND ended IS NULL AND expires_at > ? ORDER BY message_id LIMIT ?`,
    args.sinceVersion,
    args.nowMs,
    CHECK_LIMITS.copyAlertsMax,
  );
  const ended =
    args.sinceVersion === 0
      ? []
      : await tx.all<{ message_id: string }>(
          "SELECT message_id FROM alert_message WHERE version > ? AND ended IS NOT NULL LIMIT ?",
          args.sinceVersion,
          CHECK_LIMITS.copyAlertsMax,
        );
  return {
    version: state?.version ?? 0,
    currentAtMs: state?.current_at ?? 0,
    ended: ended.map(({ message_id }) => message_id),
    alerts: rows.map((row) => ({
      messageId: row.message_id,
      conversationId: row.conversation_id,
      sender: row.sender,
      status: row.status,
      sentAt: toTimestamp(row.sent_at),
      body: leanBody(row.body),
      keyCompromised: row.key_compromised === 1,
    })),
  };
}

/** Without what a post does not need: the smaller the file, the thinner the line it comes over. */
function leanBody(body: Uint8Array): Uint8Array {
  const alert = Alert.decode(body);
  return Alert.encode({ ...alert, attachments: [], references: [], officerRef: "" }).finish();
}

/** Remembers what was issued to a post. */
async function noteIssued(
  tx: Transaction,
  args: {
    readonly postId: string;
    readonly version: number;
    readonly nowMs: number;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  await tx.run(
    "UPDATE border_post SET issued_version = ?, issued_at = ?, expires_at = ? WHERE post_id = ?",
    args.version,
    args.nowMs,
    args.expiresAtMs,
    args.postId,
  );
  await sweepExpired(tx, { nowMs: args.nowMs });
}

/** What a service's store does with posts. */
export const POST_COPY_PROCEDURES = {
  addPost,
  findPost,
  listPosts,
  revokePost,
  postContent,
  noteIssued,
  ...POST_LOG_PROCEDURES,
};

/** Those of them that only read. */
export const POST_COPY_READ_ONLY = [
  "findPost",
  "listPosts",
  "postContent",
  ...POST_LOG_READ_ONLY,
] as const;
