import type { PostApplication, PostHooks } from "#post";
import { Kind } from "#proto";
import { carryOutDue } from "./carry-out.ts";
import { reportOnward } from "./confirm-notice.ts";
import { findNotice, settleNotice } from "./notice-record.ts";
import { judgeNotice, type NoticeEffect, receiveNotice } from "./receive-notice.ts";

/** Puts the judge of notices beside another one. */
export function withNotices(inner: PostApplication): PostApplication {
  return {
    judge: (message) =>
      message.header.kind === Kind.NOTICE ? judgeNotice(message) : inner.judge(message),
  };
}

/** Applies notices, and what became of ours, in the transactions of the post. */
export function withNoticeHooks(inner: PostHooks): PostHooks {
  return {
    ...inner,
    async onMessage(tx, message, effect) {
      if (message.kind === Kind.NOTICE) {
        return await receiveNotice(tx, message, effect as NoticeEffect);
      }
      return await inner.onMessage(tx, message, effect);
    },
    async onFate(tx, fate) {
      await inner.onFate(tx, fate);
      if (fate.kind !== Kind.NOTICE || fate.code === undefined) return;
      const known = await findNotice(tx, { noticeId: fate.messageId });
      if (known?.direction !== "sent" || known.state !== "OPEN") return;
      const { code, messageId: noticeId, nowMs } = fate;
      await settleNotice(tx, { noticeId, state: "NOT_TAKEN", code, nowMs });
      const { aboutSender: participant, causeId } = known;
      const self = { participant, state: participant.slice(0, 2) };
      await reportOnward(tx, { causeId, self, nowMs });
    },
  };
}

/** Does what notices ask, once a message and its personal data are kept. */
export function withWaitingNotices(inner: PostHooks): PostHooks {
  return {
    ...inner,
    async onMessage(tx, message, effect) {
      const refusal = await inner.onMessage(tx, message, effect);
      if (refusal === undefined) await carryOutDue(tx, message);
      return refusal;
    },
  };
}
