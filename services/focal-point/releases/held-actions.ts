import {
  type AcknowledgeRules,
  fromFollowUp,
  fromTraceReply,
  fromTraceRequest,
  type ReleasePolicy,
} from "#casework";
import { TraceFollowUp, TraceReply, TraceRequest } from "#proto";
import type { Transaction } from "#runtime";
import { insertRules } from "../arrivals/rule-record.ts";
import { type LinkedCaseToOpen, openLinkedCase } from "../chain/open-linked.ts";
import { type LedgerToSend, sendLedger } from "../ledger/send-ledger.ts";
import type { LetterRecord } from "../letters/letter-record.ts";
import { type MoveToSend, sendMove } from "../moves/send-move.ts";
import { decideRelease, type ReleaseToDecide } from "../notices/notice-procedures.ts";
import { contentView } from "../notices/notice-view.ts";
import { sendPassedOn } from "../notices/pass-on-notice.ts";
import { type NoticeToSend, sendNotices } from "../notices/send-notice.ts";
import type { Clearance } from "./hold.ts";
import { insertPolicy } from "./release-policy.ts";

/** What became of something that was confirmed. */
export type Performed =
  | { readonly type: "sent"; readonly messageId: string; readonly state: string }
  /** It cannot be sent any more; nothing was written. */
  | { readonly type: "stale"; readonly detail: string };

/** Who stands behind it, and the leave to send it. */
export interface Confirmation {
  readonly clearance: Clearance;
  readonly preparedBy: string;
  readonly preparedAtMs: number;
  readonly confirmedBy: string;
  readonly nowMs: number;
}

/** How something that waited is sent, and how it is shown to who shall confirm it. */
export interface HeldAction {
  perform(tx: Transaction, args: unknown, confirmation: Confirmation): Promise<Performed>;
  /** The content, as the API shows it. */
  view(args: unknown): unknown;
}

const move: HeldAction = {
  async perform(tx, args, { clearance, nowMs }) {
    const sent = await sendMove(tx, { ...(args as MoveToSend), nowMs }, clearance);
    if (sent.type === "sent") return sent;
    const detail = sent.type === "illegal" ? `the case is ${sent.state}` : sent.type;
    return { type: "stale", detail };
  },
  view(args) {
    const { kind, body, letter } = args as MoveToSend;
    if (kind === "reply") return fromTraceReply(TraceReply.decode(body));
    const said = fromFollowUp(TraceFollowUp.decode(body));
    return letter === undefined ? said : { ...said, byLetter: letterView(letter) };
  },
};

/** A letter as whoever makes the move names it. */
function letterView({ channel, language, note, onDate, reference }: LetterRecord) {
  const optional = { language: language || undefined, note: note || undefined };
  return { channel, reference, dispatchedOn: onDate, ...optional };
}

const request: HeldAction = {
  async perform(tx, args, { clearance, nowMs }) {
    const kept = args as LinkedCaseToOpen;
    const draft = { ...kept.draft, nowMs };
    if ((draft.expiresAtMs ?? nowMs + 1) <= nowMs) {
      return { type: "stale", detail: "the request has expired" };
    }
    const opened = await openLinkedCase(tx, { ...kept, draft, nowMs }, clearance);
    if (opened.type === "opened") {
      return { type: "sent", messageId: draft.messageId, state: opened.record.state };
    }
    return { type: "stale", detail: `the request is ${opened.type}` };
  },
  view: (args) => fromTraceRequest(TraceRequest.decode((args as LinkedCaseToOpen).request)),
};

const notice: HeldAction = {
  async perform(tx, args, { clearance, nowMs }) {
    const sent = await sendNotices(tx, { ...(args as NoticeToSend), nowMs }, clearance);
    if (sent.type !== "sent") return { type: "stale", detail: sent.type };
    return { type: "sent", messageId: sent.notices[0]?.noticeId ?? "", state: "SENT" };
  },
  view: (args) => contentView(args as NoticeToSend),
};

const passedOnNotice: HeldAction = {
  async perform(tx, args, { clearance, nowMs }) {
    const sent = await sendPassedOn(tx, { ...(args as NoticeToSend), nowMs }, clearance);
    if (sent.type !== "sent") return { type: "stale", detail: sent.type };
    return { type: "sent", messageId: sent.notices[0]?.noticeId ?? "", state: "SENT" };
  },
  view: notice.view,
};

const decision: HeldAction = {
  async perform(tx, args, { clearance, nowMs }) {
    const answered = await decideRelease(tx, { ...(args as ReleaseToDecide), nowMs }, clearance);
    if (answered.type === "sent") {
      return { type: "sent", messageId: answered.answerId, state: "GRANTED" };
    }
    const detail = answered.type === "illegal" ? `the notice is ${answered.state}` : answered.type;
    return { type: "stale", detail };
  },
  view: (args) => (args as ReleaseToDecide).decision,
};

const policy: HeldAction = {
  async perform(tx, args, { preparedBy: actor, confirmedBy, nowMs: atMs }) {
    await insertPolicy(tx, { policy: args as ReleasePolicy, actor, confirmedBy, atMs });
    return { type: "sent", messageId: "", state: "IN_FORCE" };
  },
  view: (args) => args,
};

const acknowledging: HeldAction = {
  async perform(tx, args, { preparedBy: actor, confirmedBy, nowMs: atMs }) {
    await insertRules(tx, { rules: args as AcknowledgeRules, actor, confirmedBy, atMs });
    return { type: "sent", messageId: "", state: "IN_FORCE" };
  },
  view: (args) => args,
};

const ledger: HeldAction = {
  async perform(tx, args, { clearance, confirmedBy: approvedBy, nowMs, preparedAtMs }) {
    const toSend = { ...(args as LedgerToSend), nowMs };
    const given = { clearance, proposedAtMs: preparedAtMs, approvedBy };
    const sent = await sendLedger(tx, toSend, given);
    if (sent.type === "sent") {
      return { type: "sent", messageId: sent.messageId, state: `VINTAGE_${sent.vintage}` };
    }
    return { type: "stale", detail: sent.type === "stale" ? sent.detail : sent.type };
  },
  view(args) {
    const { body, figures, year } = args as LedgerToSend;
    return { body, year, ...figures };
  },
};

/** Everything that may wait for a second person, by the name it is kept under. */
export const HELD_ACTIONS: Readonly<Record<string, HeldAction>> = {
  move,
  request,
  notice,
  "passed-on notice": passedOnNotice,
  decision,
  policy,
  acknowledging,
  ledger,
};
