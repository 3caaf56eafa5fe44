import { EXAMPLE_IDS, problemOf } from "#http";
import {
  CertificateList,
  DisposalPage,
  DueList,
  NewRun,
  ReasonBody,
  RunList,
  RunParams,
  RunView,
} from "./disposal-schema.ts";

/** Contracts of the routes of disposal. */

const AUTHORITY = "Retention schedule, yearly disposal of 2026 (made up)";

const DECLINED = "The schedule of 2026 names a period of 1 year in place of 10 (made up)";

const RUN = {
  id: 1,
  state: "waiting",
  why: "SHARE",
  authority: AUTHORITY,
  askedBy: "amina",
  askedAt: "2026-02-02T10:02:00.000Z",
  due: 1432,
  records: 0,
  parts: 0,
  bytes: 0,
  held: 0,
} as const;

/** `GET /v1/disposals/due`. */
export const LIST_DUE = {
  schema: {
    operationId: "listDue",
    summary: "What is due for disposal and why, as a dry run; what is held is counted",
    tags: ["records"],
    querystring: DisposalPage,
    response: { 200: DueList },
  },
  config: {
    permission: "records:read",
    problems: ["DUE_NOT_RECKONED"],
    examples: {
      due: {
        summary: "A key part, ninety days after it was delivered",
        parameters: { limit: 20 },
        status: 200,
        answer: {
          due: 1,
          held: 0,
          records: [
            {
              sender: "KE",
              messageId: EXAMPLE_IDS.sentMessage,
              logIndex: 45,
              class: "trace",
              parts: [
                {
                  name: "key",
                  onlyFor: "AT",
                  class: "transport",
                  dueAt: "2026-02-02T10:02:00.000Z",
                  scheduleVersion: 0,
                  basis: "nobody needs it once it is delivered",
                },
              ],
            },
          ],
        },
      },
    },
  },
} as const;

/** `GET /v1/disposals`. */
export const LIST_RUNS = {
  schema: {
    operationId: "listDisposals",
    summary: "Runs of disposal, the newest first",
    tags: ["records"],
    querystring: DisposalPage,
    response: { 200: RunList },
  },
  config: {
    permission: "records:read",
    examples: {
      all: {
        summary: "One that waits for a second person",
        parameters: { limit: 20 },
        status: 200,
        answer: { disposals: [RUN] },
      },
    },
  },
} as const;

/** `POST /v1/disposals`. */
export const ASK_RUN = {
  schema: {
    operationId: "dispose",
    summary: "Disposes of what is due, in the background; one run at a time",
    description:
      "It waits for a second person where much is due at once or the clock has jumped. Asked for " +
      "again while it is not done, it is the same run.",
    tags: ["records"],
    body: NewRun,
    response: { 202: { ...RunView, description: "It runs, or waits as `why` says" } },
  },
  config: {
    permission: "records:dispose",
    examples: {
      large: {
        summary: "More than a hundredth of all records is due",
        body: { authority: AUTHORITY },
        status: 202,
        answer: RUN,
      },
    },
  },
} as const;

/** `GET /v1/disposals/:id`. */
export const SHOW_RUN = {
  schema: {
    operationId: "showDisposal",
    summary: "How far a run has come",
    tags: ["records"],
    params: RunParams,
    response: { 200: RunView },
  },
  config: {
    permission: "records:read",
    problems: ["NOT_FOUND"],
    examples: {
      one: { summary: "One that waits", parameters: { id: 1 }, status: 200, answer: RUN },
    },
  },
} as const;

/** `POST /v1/disposals/:id/confirm`. */
export const CONFIRM_RUN = {
  schema: {
    operationId: "confirmDisposal",
    summary: "Lets a run go on that another person has asked for",
    description: "Who confirms says that the schedule and the clock are right.",
    tags: ["records"],
    params: RunParams,
    body: ReasonBody,
    response: { 200: RunView },
  },
  config: {
    permission: "records:dispose",
    problems: ["NOT_FOUND", "DISPOSAL_OTHERWISE", "HOLD_SECOND_PERSON"],
    examples: {
      looked: {
        summary: "The list was looked through",
        parameters: { id: 1 },
        body: { reason: "The yearly disposal, the list was looked through (made up)" },
        status: 200,
        answer: { ...RUN, state: "running", confirmedBy: "joseph" },
      },
      missing: {
        summary: "There is no such run",
        parameters: { id: 999 },
        body: { reason: "x" },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;

/** `POST /v1/disposals/:id/decline`. */
export const DECLINE_RUN = {
  schema: {
    operationId: "declineDisposal",
    summary: "Ends a run for good, whether it waits or goes on; what is not erased yet is kept",
    description: "Asked for again, the run is as it was the first time.",
    tags: ["records"],
    params: RunParams,
    body: ReasonBody,
    response: { 200: RunView },
  },
  config: {
    permission: "records:dispose",
    problems: ["NOT_FOUND", "DISPOSAL_OTHERWISE"],
    examples: {
      wrong: {
        summary: "The schedule is wrong",
        parameters: { id: 2 },
        body: { reason: DECLINED },
        status: 200,
        answer: {
          ...RUN,
          id: 2,
          why: undefined,
          state: "declined",
          declinedBy: "joseph",
          declinedBecause: DECLINED,
        },
      },
    },
  },
} as const;

/** `GET /v1/disposals/:id/certificates`. */
export const LIST_CERTIFICATES = {
  schema: {
    operationId: "listCertificates",
    summary: "Certificates of a run: what is gone, when it was due, by which line of the schedule",
    tags: ["records"],
    params: RunParams,
    querystring: DisposalPage,
    response: { 200: CertificateList },
  },
  config: {
    permission: "records:read",
    problems: ["NOT_FOUND"],
    examples: {
      first: {
        summary: "The first one",
        parameters: { id: 1 },
        status: 200,
        answer: {
          certificates: [
            { certificate: 1, logIndex: 812, records: 200, isSigned: true, signed: "CrQBChA" },
          ],
        },
      },
    },
  },
} as const;
