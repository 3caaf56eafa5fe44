import type { TraceFollowUpView, TraceReplyView } from "#casework";
import { stateName } from "#reference";
import { custodyText } from "./case-custody.ts";
import { type Row, rows, words } from "./case-rows.ts";
import type { CaseMove } from "./case-view.ts";
import type { Screen } from "./screen.ts";

/** What a reply says, in rows for a person. */
export function replyLines(reply: TraceReplyView, screen: Screen): string[] {
  const { acknowledgement, clarification, correction, delay, final, interim } = reply;
  const { referral, refusal, requestForInformation } = reply;
  const named = (states: readonly string[]) => states.map(stateName).join(", ");
  const lines: Row[] = [
    ["Refused", refusal && words(refusal.ground), "bad"],
    ["Delayed", delay && `${words(delay.ground)}, looked at again on ${delay.reviewOn}`],
    ["Law", refusal?.legalReference],
    ["Why", refusal?.explanation ?? delay?.explanation],
    ["Taken up", acknowledgement && takenUp(acknowledgement)],
    ["Asks", requestForInformation?.question],
    ["About", requestForInformation?.fields.join(", ")],
    ["So far", interim?.remarks],
    ["Trail", referral && `leads to ${named(referral.nextStates)} (${words(referral.mode)})`],
    ["Remarks", referral?.remarks],
    ["Decision", clarification && words(clarification.decision)],
    ["Why", clarification?.explanation],
    ["Corrects", correction && `the answer given before: ${correction.reason}`],
  ];
  const told = final ?? correction?.corrected;
  return [
    ...rows(screen, lines),
    ...(told === undefined ? [] : finalLines(told, screen)),
    ...custodyLines(interim?.custodyEvents ?? referral?.custodyEvents ?? [], screen),
  ];
}

function takenUp({
  expectedBy,
  nationalReference,
}: NonNullable<TraceReplyView["acknowledgement"]>): string {
  const when = expectedBy === undefined ? "" : `, the answer expected by ${expectedBy}`;
  return `as ${nationalReference}${when}`;
}

type Final = NonNullable<TraceReplyView["final"]>;

function finalLines(final: Final, screen: Screen): string[] {
  const { answers, nextState, outcome, remarks, restricted, restrictionGround } = final;
  const status = (name: string | undefined) =>
    name === undefined || name === "ANSWERED" ? "" : ` (${words(name)})`;
  return [
    ...rows(screen, [
      ["Outcome", words(outcome), "good"],
      ["Withheld", restricted === true ? words(restrictionGround) : undefined, "bad"],
      ["Remarks", remarks],
      ["Trail", nextState === undefined ? undefined : `leads to ${stateName(nextState)}`],
      ...answers.map(
        (one): Row => ["Answer", `${words(one.question)}: ${one.answer}${status(one.status)}`],
      ),
    ]),
    ...custodyLines(final.custodyEvents, screen),
  ];
}

function custodyLines(events: Final["custodyEvents"], screen: Screen): string[] {
  return rows(
    screen,
    events.map((event): Row => ["Custody", custodyText(event)]),
  );
}

/** What a follow-up says, in rows for a person. */
export function followUpLines(said: TraceFollowUpView, screen: Screen): string[] {
  const { caseClosed, caseReopened, clarificationRequest, outcomeFeedback } = said;
  const { reminder, supplementaryInformation, withdrawal } = said;
  const closed =
    caseClosed &&
    (caseClosed.established
      ? `established by ${words(caseClosed.establishedBy)}`
      : "not established");
  return rows(screen, [
    ["Informs", supplementaryInformation?.text],
    ["Serial", supplementaryInformation?.firearm?.serialRaw],
    ["Informs", supplementaryInformation?.nothingMore === true ? "nothing more" : undefined],
    ["Asks why", clarificationRequest?.question],
    ["Withdrawn", withdrawal && words(withdrawal.reason)],
    ["Why", withdrawal?.explanation],
    ["Reminds", reminder && `for the ${reminder.number}. time ${reminder.text ?? ""}`.trim()],
    ["Feedback", outcomeFeedback && words(outcomeFeedback.usefulness)],
    ["Words", outcomeFeedback?.text],
    ["Closed", closed],
    ["Why", caseClosed?.reason],
    ["Reopened", caseReopened?.newFacts],
  ]);
}

const EFFECTS: Readonly<Record<CaseMove["effect"], string>> = {
  moved: "",
  stood: "",
  crossed: ", which crossed another message and has no effect",
  takenBack: ", which was not taken",
};

/** Everything that was said after the request, the oldest first, but what is told as the answer. */
export function saidLines(
  moves: readonly CaseMove[],
  answerId: string | undefined,
  { screen, nameOf }: { readonly screen: Screen; readonly nameOf: (by: CaseMove["by"]) => string },
): string[] {
  return moves
    .filter(({ messageId }) => messageId !== answerId)
    .flatMap((move) => {
      const { by, byLetter, code, effect, followUp, reply, sentAt } = move;
      const why = code === undefined ? "" : ` (${code})`;
      return [
        `  ${sentAt.slice(0, 16).replace("T", " ")} ${nameOf(by)}: ${words(move.move)}` +
          `${byLetter === true ? ", by letter" : ""}${EFFECTS[effect]}${why}`,
        ...(reply === undefined ? [] : replyLines(reply, screen)),
        ...(followUp === undefined ? [] : followUpLines(followUp, screen)),
      ];
    });
}
