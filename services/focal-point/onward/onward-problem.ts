import type { Refusal } from "#errors";
import { type Problem, problemFromRefusal } from "#http";

/** Why a request of ours may not leave; where it would pass something on, with the way out. */
export function refusedProblem(refusal: Refusal): Problem {
  const isOnward = refusal.code === "HANDLING_VIOLATION";
  return isOnward ? onwardProblem(refusal) : problemFromRefusal(refusal);
}

/** The problem of something that may not be passed on, with the way out (TP-PERS-17). */
export function onwardProblem(refusal: Refusal): Problem {
  const remedy =
    "Ask the State that sent it for leave: POST /v1/notices with onwardReleaseRequest " +
    "(tracepost onward ask), or leave out what it told.";
  return { ...problemFromRefusal(refusal), remedy };
}
