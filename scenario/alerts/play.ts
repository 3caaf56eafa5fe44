import { TracepostError } from "#errors";
import type { CaseDetail } from "../focal-points.ts";
import type { PatientDoors } from "../patient-doors.ts";
import { officersPart } from "../trace-request.ts";
import { alertBody, CANCEL_BODY, hitBody, markingsOf } from "./bodies.ts";
import { type AlertCast, WANTED_SERIAL } from "./cast.ts";

/** What playing the story needs. */
export interface AlertStoryDeps {
  readonly doors: PatientDoors;
  /** When the scenario first ran on this data folder. */
  readonly startedAtMs: number;
  /** Idempotency key of a step: a resumed run does each once. */
  readonly keyOf: (step: string) => string;
}

/** What happened in the story. */
export interface AlertStory {
  readonly cast: AlertCast;
  readonly alertId: string;
  /** Participants the alert was sent to. */
  readonly sentTo: readonly string[];
  /** Whether the check before the hit found the alert; a resumed run finds it cancelled. */
  readonly wasFound: boolean;
  readonly trace: { readonly caseId: string; readonly to: string; readonly outcome: string };
}

/** `GET /v1/alerts/:id`, as far as it is looked at here. */
interface AlertView {
  readonly state: string;
  readonly recipients: readonly { readonly participant: string }[];
  readonly acknowledgements: readonly { readonly level: string }[];
  readonly hits: readonly { readonly hitId: string }[];
}

/** The request that a hit prefills, as far as it is looked at here. */
interface PrefilledTrace {
  readonly to: string;
  readonly request: { readonly firearm?: object };
}

/**
 * Plays the life of an alert (docs/spec/alert-service.md): sent to a group and passed on to an
 * agency, acknowledged, found at a border, reported as a hit, traced from the hit, cancelled, and
 * found no more. Throws TracepostError VERIFICATION when a step never shows where it must.
 */
export async function playAlertStory(cast: AlertCast, deps: AlertStoryDeps): Promise<AlertStory> {
  return await new Story(cast, deps).play();
}

class Story {
  readonly #cast: AlertCast;
  readonly #deps: AlertStoryDeps;

  constructor(cast: AlertCast, deps: AlertStoryDeps) {
    this.#cast = cast;
    this.#deps = deps;
  }

  async play(): Promise<AlertStory> {
    const { finder, members, warner } = this.#cast;
    const [, finds, listens] = members;
    const warning = alertBody(this.#cast);
    const { alertId } = await this.#post<{ alertId: string }>(warner, "/v1/alerts", warning);
    const path = `/v1/alerts/${alertId}`;
    const [held] = await this.#everywhere([finder, finds, listens], path, () => true);
    const isInForce = held?.state === "IN_FORCE";
    const wasFound = isInForce && (await this.#check()) === "POSSIBLE_MATCH";
    if (isInForce && !wasFound) throw unexpected(finder, "does not find what is looked for");
    for (const who of [finder, finds]) await this.#acknowledge(who, path);
    const hit = hitBody(this.#cast, this.#deps.startedAtMs);
    const { hitId } = await this.#post<{ hitId: string }>(finder, `${path}/hits`, hit);
    const isHit = ({ hits }: AlertView) => hits.some((one) => one.hitId === hitId);
    const isRead = ({ acknowledgements }: AlertView) => acknowledgements.length > 0;
    const isHeard = (alert: AlertView) => isHit(alert) && isRead(alert);
    // Each hears of the acknowledgement of whom it sent the alert to, and both of the hit.
    const [own] = await this.#everywhere([warner, finds], path, isHeard);
    const trace = await this.#trace(`${path}/hits/${hitId}/trace`);
    await this.#post(warner, `${path}/cancel`, CANCEL_BODY);
    const isCancelled = ({ state }: AlertView) => state === "CANCELLED";
    await this.#everywhere([finder, finds, listens], path, isCancelled);
    const after = await this.#check();
    if (after !== "NO_MATCH") throw unexpected(finder, "still finds what nobody looks for");
    const sentTo = (own?.recipients ?? []).map(({ participant }) => participant);
    return { cast: this.#cast, alertId, sentTo, wasFound, trace };
  }

  /** Does a step once, however often the story is played. */
  async #post<T>(participant: string, path: string, body: unknown): Promise<T> {
    const { doors, keyOf } = this.#deps;
    return await doors.post<T>(participant, path, body, keyOf(`${participant} ${path}`));
  }

  async #acknowledge(participant: string, path: string): Promise<void> {
    await this.#post(participant, `${path}/acknowledge`, { level: "READ" });
  }

  async #everywhere(
    participants: readonly string[],
    path: string,
    wanted: (alert: AlertView) => boolean,
  ): Promise<AlertView[]> {
    const { doors } = this.#deps;
    return await Promise.all(participants.map((one) => doors.until<AlertView>(one, path, wanted)));
  }

  /** Asks at the border whether the firearm is wanted. */
  async #check(): Promise<string | undefined> {
    const { answers } = await this.#deps.doors.call<{ answers: { result: string }[] }>(
      this.#cast.finder,
      {
        method: "POST",
        path: "/v1/checks",
        body: { questions: [{ serial: WANTED_SERIAL }] },
      },
    );
    return answers[0]?.result;
  }

  /** Completes the request that the hit prefills, sends it, and waits for its answer. */
  async #trace(path: string): Promise<AlertStory["trace"]> {
    const { doors, startedAtMs } = this.#deps;
    const [, finds] = this.#cast.members;
    const prefilled = await doors.call<PrefilledTrace>(finds, { path });
    const { request } = prefilled;
    const firearm = { ...request.firearm, markings: markingsOf(this.#cast) };
    const completed = { ...officersPart(finds, startedAtMs), ...request, firearm };
    const body = { ...prefilled, request: completed };
    const { caseId } = await this.#post<{ caseId: string }>(finds, "/v1/traces", body);
    const isAnswered = ({ outcome }: CaseDetail) => outcome !== undefined;
    const answered = await doors.until<CaseDetail>(finds, `/v1/traces/${caseId}`, isAnswered);
    return { caseId, to: prefilled.to, outcome: answered.outcome ?? answered.state };
  }
}

function unexpected(participant: string, what: string): TracepostError {
  return new TracepostError("VERIFICATION", `${participant} ${what}`);
}
