import { toPersonsBlock } from "#casework";
import {
  CorrectionNotice,
  DisclosureProceeding,
  ErasureNotice,
  ErasureReason,
  Notice,
  NoticeSubject,
  OnwardReleaseRequest,
  type PersonsBlock,
  PriorDisclosureNotice,
} from "#proto";
import { codeOf } from "../api/names.ts";
import type { NewNoticeFacts } from "./notice-schema.ts";
import type { AboutPlace } from "./send-notice.ts";

/** A notice as it would be sent. */
export interface NoticeFromFacts {
  readonly about: AboutPlace;
  readonly notice: Notice;
  /** With a correction of personal data: as it is to be read from now on. */
  readonly persons: PersonsBlock | undefined;
}

/** Builds a notice of a participant from what an officer says; undefined unless exactly one. */
export function toNotice(facts: NewNoticeFacts, self: string): NoticeFromFacts | undefined {
  const { messageId, part = "body", sender = self } = facts.subject;
  const subject = NoticeSubject.create({ originalSender: sender, messageId, part });
  const contents = contentsOf(facts, subject);
  const [content] = contents;
  if (content === undefined || contents.length > 1) return undefined;
  const persons = facts.correction?.persons;
  return {
    about: { sender, messageId, part },
    notice: Notice.create({
      content,
      languageTag: facts.languageTag ?? "en",
      officerRef: facts.officerRef ?? "",
    }),
    persons: persons && toPersonsBlock(persons),
  };
}

type Content = NonNullable<Notice["content"]>;

function contentsOf(facts: NewNoticeFacts, subject: NoticeSubject): Content[] {
  const { correction, erasure, onwardReleaseRequest, priorDisclosure } = facts;
  const contents: Content[] = [];
  if (correction !== undefined) {
    const { fields = [], persons, reason = "" } = correction;
    const personsReplaced = persons !== undefined;
    const value = CorrectionNotice.create({ subject, reason, fields, personsReplaced });
    contents.push({ $case: "correction", value });
  }
  if (erasure !== undefined) {
    const { explanation = "" } = erasure;
    const reason = codeOf(ErasureReason, erasure.reason);
    const value = ErasureNotice.create({ subject, reason, explanation });
    contents.push({ $case: "erasure", value });
  }
  if (priorDisclosure !== undefined) {
    const proceeding = codeOf(DisclosureProceeding, priorDisclosure.proceeding);
    const value = PriorDisclosureNotice.create({ ...priorDisclosure, subject, proceeding });
    contents.push({ $case: "priorDisclosure", value });
  }
  if (onwardReleaseRequest !== undefined) {
    const value = OnwardReleaseRequest.create({ ...onwardReleaseRequest, subject });
    contents.push({ $case: "onwardReleaseRequest", value });
  }
  return contents;
}
