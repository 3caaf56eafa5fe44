import {
  actorOf,
  BAD_MARK,
  type HttpRoutes,
  pageMark,
  positionOf,
  problemOf,
  sendProblem,
} from "#http";
import { PostCopy } from "#proto";
import { CHECK_LIMITS, type Clock, type Database, HTTP_LIMITS } from "#runtime";
import { encryptTo, publicKeyOf } from "#trust";
import { type MessageSigner, toTimestamp } from "#wire";
import type { ALERT_COPY_PROCEDURES } from "../copy/procedures.ts";
import type { BorderPost, POST_COPY_PROCEDURES } from "../post/border-posts.ts";
import { sealCopyFile } from "../post/copy-file.ts";
import { openPostLog } from "../post/post-log.ts";
import { SHOW_POST_LOG, TAKE_POST_LOG } from "./post-log-operations.ts";
import { ADD_POST, ISSUE_COPY, LIST_POSTS, REVOKE_POST } from "./post-operations.ts";

/** What the routes of posts work with. */
export interface PostDeps {
  readonly store: Pick<
    Database<typeof ALERT_COPY_PROCEDURES & typeof POST_COPY_PROCEDURES>,
    "call"
  >;
  readonly clock: Clock;
  readonly self: { readonly participant: string };
  /** Signs files for posts, and with which public key that is verified. */
  readonly postSigner: MessageSigner & { readonly publicKey: Uint8Array };
  readonly config: { readonly alertsStaleAfterHours?: number | undefined };
}

const HOUR_MS = 3_600_000;
const NO_POST = { detail: "there is no post of this id" } as const;
const NO_LOG_KEY = { detail: "there is no post of this id that signs its log" } as const;
/** Why a log is not taken. */
const NOT_TAKEN = {
  notALog: "must be the file that post log writes",
  notSigned: "must be signed by this post",
  otherPost: "must be the log of this post",
} as const;

/** Routes of border posts that hold the alerts in force as a file (TP-CHECK-10 to TP-CHECK-12). */
export function addPostRoutes(routes: HttpRoutes, deps: PostDeps): void {
  const { clock, store } = deps;
  const view = (post: BorderPost) => ({ post: postView(post), issuer: issuerView(deps) });
  routes.post("/posts", ADD_POST, async (request, reply) => {
    const { recipient } = request.body;
    if (!(await isRecipient(recipient))) {
      const problems = [{ field: "recipient", rule: "must be the key that post init prints" }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const { logKey: key, ...given } = request.body;
    const logKey = key === undefined ? undefined : Buffer.from(key, "base64");
    const actor = actorOf(request).userId;
    const { post } = await store.call("addPost", { ...given, logKey, actor, nowMs: clock.now() });
    if (post?.recipient !== recipient || post.revokedAtMs !== null) {
      return sendProblem(reply, problemOf("POST_EXISTS", { field: "postId" }));
    }
    return view(post);
  });
  routes.get("/posts", LIST_POSTS, async () => ({
    posts: (await store.call("listPosts", undefined)).map(postView),
    issuer: issuerView(deps),
  }));
  routes.post("/posts/:postId/revoke", REVOKE_POST, async (request, reply) => {
    const actor = actorOf(request).userId;
    const { postId } = request.params;
    const post = await store.call("revokePost", { postId, actor, nowMs: clock.now() });
    return post === null ? sendProblem(reply, problemOf("NOT_FOUND", NO_POST)) : view(post);
  });
  routes.post("/posts/:postId/copy", ISSUE_COPY, async (request, reply) => {
    const post = await store.call("findPost", request.params);
    if (post === null) return sendProblem(reply, problemOf("NOT_FOUND", NO_POST));
    const { lifeHours, sinceVersion = 0 } = request.body;
    const lifeMs =
      lifeHours === undefined ? CHECK_LIMITS.copyLifeMs : Math.ceil(lifeHours * HOUR_MS);
    return await issueCopy(deps, post, { sinceVersion, lifeMs });
  });
  addPostLogRoutes(routes, deps);
}

/** Routes by which the log of a post comes home and is looked at (TP-CHECK-16). */
function addPostLogRoutes(routes: HttpRoutes, { clock, store }: PostDeps): void {
  const bodyLimit = CHECK_LIMITS.bodyBytesMax;
  routes.post("/posts/:postId/log", { ...TAKE_POST_LOG, bodyLimit }, async (request, reply) => {
    const { postId } = request.params;
    const key = await store.call("findPostLogKey", { postId });
    if (key === null) return sendProblem(reply, problemOf("NOT_FOUND", NO_LOG_KEY));
    const file = Buffer.from(request.body.file, "base64");
    const opened = await openPostLog(file, { postId, publicKey: publicKeyOf(key) });
    if (!opened.ok) {
      const problems = [{ field: "file", rule: NOT_TAKEN[opened.rule] }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const [actor, nowMs] = [actorOf(request).userId, clock.now()];
    const { entries } = opened;
    return reply.send(await store.call("takePostLog", { postId, entries, actor, nowMs }));
  });
  routes.get("/posts/:postId/log", SHOW_POST_LOG, async (request, reply) => {
    const { after, limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const before = after === undefined ? Number.MAX_SAFE_INTEGER : positionOf(after);
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const { postId } = request.params;
    const post = await store.call("findPost", { postId });
    if (post === null) return sendProblem(reply, problemOf("NOT_FOUND", NO_POST));
    const lines = await store.call("listPostLog", { postId, before, limit });
    const last = lines.length < limit ? undefined : lines.at(-1);
    const log = lines.map(({ line, n, takenAtMs, takenBy }) => {
      return { n, line, takenAt: new Date(takenAtMs).toISOString(), takenBy };
    });
    return reply.send({ log, ...(last === undefined ? {} : { next: pageMark(last.n) }) });
  });
}

/** Makes a file from one snapshot; it is remembered before it is handed out. */
async function issueCopy(
  { clock, config, postSigner, self, store }: PostDeps,
  { postId, recipient, revokedAtMs }: BorderPost,
  asked: { readonly sinceVersion: number; readonly lifeMs: number },
) {
  const nowMs = clock.now();
  const revoked = revokedAtMs !== null;
  // An order to erase is a whole copy with nothing in it.
  const sinceVersion = revoked ? 0 : asked.sinceVersion;
  const content = await store.call("postContent", { sinceVersion, nowMs });
  const { alertsStaleAfterHours: hours = CHECK_LIMITS.staleAfterMs / HOUR_MS } = config;
  const expiresAtMs = nowMs + asked.lifeMs;
  const copy = PostCopy.create({
    postId,
    participant: self.participant,
    version: BigInt(content.version),
    sinceVersion: BigInt(sinceVersion),
    issuedAt: toTimestamp(nowMs),
    asOf: content.currentAtMs === 0 ? undefined : toTimestamp(content.currentAtMs),
    expiresAt: toTimestamp(expiresAtMs),
    staleAfterHours: hours,
    revoked,
    alerts: revoked ? [] : [...content.alerts],
    endedMessageIds: [...content.ended],
  });
  const file = await sealCopyFile(copy, postSigner, recipient);
  const { version } = content;
  await store.call("noteIssued", { postId, version, nowMs, expiresAtMs });
  return {
    ...{ postId, version, sinceVersion, revoked },
    expiresAt: new Date(expiresAtMs).toISOString(),
    alerts: copy.alerts.length,
    ended: copy.endedMessageIds.length,
    file: Buffer.from(file).toString("base64"),
  };
}

async function isRecipient(text: string): Promise<boolean> {
  try {
    return (await encryptTo(text, new Uint8Array())).length > 0;
  } catch {
    // Its checksum is wrong, or it is a key of another kind.
    return false;
  }
}

function issuerView({ postSigner, self }: PostDeps) {
  return {
    participant: self.participant,
    keyId: postSigner.keyId,
    publicKey: Buffer.from(postSigner.publicKey).toString("base64"),
  };
}

function postView(post: BorderPost) {
  const { addedAtMs, addedBy, expiresAtMs, issuedAtMs, issuedVersion, name, postId } = post;
  const at = (name: string, ms: number | null) =>
    ms === null ? {} : { [name]: new Date(ms).toISOString() };
  return {
    postId,
    name,
    addedAt: new Date(addedAtMs).toISOString(),
    addedBy,
    ...at("revokedAt", post.revokedAtMs),
    ...(post.revokedBy === null ? {} : { revokedBy: post.revokedBy }),
    issuedVersion,
    ...at("issuedAt", issuedAtMs),
    ...at("expiresAt", expiresAtMs),
    logTaken: post.logTaken,
  };
}
