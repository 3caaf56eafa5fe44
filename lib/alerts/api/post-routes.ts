import { actorOf, type HttpRoutes, problemOf, sendProblem } from "#http";
import { PostCopy } from "#proto";
import { CHECK_LIMITS, type Clock, type Database } from "#runtime";
import { encryptTo } from "#trust";
import { type HeaderSigner, toTimestamp } from "#wire";
import type { ALERT_COPY_PROCEDURES } from "../copy/procedures.ts";
import type { BorderPost, POST_COPY_PROCEDURES } from "../post/border-posts.ts";
import { sealCopyFile } from "../post/copy-file.ts";
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
  readonly postSigner: HeaderSigner & { readonly publicKey: Uint8Array };
  readonly config: { readonly alertsStaleAfterHours?: number | undefined };
}

const HOUR_MS = 3_600_000;
const NO_POST = { detail: "there is no post of this id" } as const;

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
    const actor = actorOf(request).userId;
    const { post } = await store.call("addPost", { ...request.body, actor, nowMs: clock.now() });
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
  };
}
