import type { MadeUpRecord } from "./made-up-register.ts";
import type { PatientDoors } from "./patient-doors.ts";
import type { NewTraceBody } from "./trace-request.ts";

/** A focal point's `GET /v1/summary`, as far as it is looked at here. */
export interface FocalPointSummary {
  /** Receipts of the trace requests it sent. */
  readonly receipts: Readonly<
    Record<"accepted" | "refused" | "delivered" | "rejected" | "expired", number>
  >;
  readonly replies: { readonly received: number; readonly sent: number };
  readonly outbox: { readonly pending: number };
  readonly inbox: { readonly receiptsOwed: number };
}

/** A line of `GET /v1/traces`. */
export interface CaseLine {
  readonly caseId: string;
  readonly peer: string;
  readonly state: string;
  readonly outcome?: string;
  readonly refusal?: { readonly code: string; readonly field: string };
  readonly nationalCaseNumber: string;
}

/** `GET /v1/traces/:caseId`, as far as it is told here. */
export interface CaseDetail extends CaseLine {
  readonly reply?: {
    readonly sourceNote?: string;
    readonly final?: { readonly remarks?: string };
    readonly refusal?: { readonly ground?: string; readonly explanation?: string };
  };
  readonly messages: readonly {
    readonly messageId: string;
    readonly logIndex?: number;
    readonly receipts: readonly { readonly type?: string; readonly by: string }[];
  }[];
}

/**
 * What the scenario does at focal points. Every call can be repeated: requests carry an
 * idempotency key, and imports replace records by id.
 */
export class FocalPoints {
  readonly #doors: PatientDoors;

  constructor(doors: PatientDoors) {
    this.#doors = doors;
  }

  /** Puts records into a State's firearm register. */
  async importRecords(state: string, records: readonly MadeUpRecord[]): Promise<void> {
    await this.#doors.call(state, {
      method: "POST",
      path: "/v1/firearms/import",
      lines: records,
    });
  }

  /** Hands a trace request to the requesting State; the same key is the same request. */
  async submit(state: string, body: NewTraceBody, key: string): Promise<{ caseId: string }> {
    return await this.#doors.post(state, "/v1/traces", body, key);
  }

  /** A participant's counts; of a border agency those of its post alone. */
  async summary(participant: string): Promise<FocalPointSummary> {
    return await this.#doors.call(participant, { path: "/v1/summary" });
  }

  /** Every case of a State, page by page. */
  async *cases(state: string): AsyncGenerator<CaseLine> {
    let path: string | undefined = "/v1/traces";
    while (path !== undefined) {
      const page: { traces: CaseLine[]; next?: string } = await this.#doors.call(state, { path });
      yield* page.traces;
      path = page.next === undefined ? undefined : `/v1/traces?after=${page.next}`;
    }
  }

  /** Everything a State knows of a case. */
  async case(state: string, caseId: string): Promise<CaseDetail> {
    return await this.#doors.call(state, { path: `/v1/traces/${caseId}` });
  }
}
