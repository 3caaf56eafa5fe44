import { join } from "node:path";
import { TracepostError } from "#errors";
import type { ApiDoor } from "#http";
import type { Clock } from "#runtime";
import { agenciesOf } from "./alerts/cast.ts";
import { type AlertStory, playAlertStory } from "./alerts/play.ts";
import { tellAlertPages, tellAlertStory } from "./alerts/tell.ts";
import { type AuditDeps, auditStores } from "./audit.ts";
import { awaitAnswers, awaitQuiet, type StuckRequest, showWhile } from "./await-answers.ts";
import { buildReport, type LogFindings } from "./build-report.ts";
import { FocalPoints } from "./focal-points.ts";
import {
  countAtMonitor,
  type MonitorStory,
  tellMonitorCommands,
  tellMonitorStory,
} from "./monitor-story.ts";
import type { ScenarioOptions } from "./options.ts";
import { inventParticipants, type MadeUpParticipant, MONITOR } from "./participants.ts";
import { PatientDoors } from "./patient-doors.ts";
import { planScenario, type ScenarioPlan } from "./plan.ts";
import { createProgressView, type Screen } from "./progress.ts";
import { readRecoveredFile } from "./recovered-file.ts";
import { faultsOfReport, prepareReportFile, type ScenarioReport, writeReport } from "./report.ts";
import { bindScenarioFolder, checkSameInput, readScenarioRecord } from "./scenario-folder.ts";
import type { StopSignal } from "./stop-signal.ts";
import { fillRegisters, idempotencyKey, type SubmittedRequest, submitRequests } from "./submit.ts";
import { tellAddresses, tellCommands, tellReport, tellSample, tellStates } from "./summary.ts";

/** An exchange that runs, as far as the scenario uses it. */
export interface ScenarioExchange {
  readonly gateway: { readonly url: string };
  /** Participants by id; addresses are those of now. */
  readonly participants: ReadonlyMap<string, ApiDoor>;
  stop(): Promise<void>;
}

/** What the scenario needs from the outside. */
export interface ScenarioDeps {
  readonly clock: Clock;
  readonly screen: Screen;
  readonly stop: StopSignal;
  /** The made-up set of the project. */
  readonly defaultInput: string;
  /** Folder of the data folders, where none is named. */
  readonly defaultDataRoot: string;
  /** Whether the folder holds an exchange. Throws TracepostError DATA_FOLDER for a foreign one. */
  isExchange(dataDir: string): Promise<boolean>;
  /** Makes the exchange's folder. */
  init(dataDir: string, participants: readonly MadeUpParticipant[]): Promise<void>;
  /** Participant ids of a folder. Throws TracepostError DATA_FOLDER when it is damaged. */
  participantsOf(dataDir: string): Promise<readonly string[]>;
  /** Starts everything; `say` is told how it goes on. */
  start(
    dataDir: string,
    signal: AbortSignal,
    say: (line: string) => void,
  ): Promise<ScenarioExchange>;
  /** Recomputes the message log offline. */
  verifyLog(dataDir: string): Promise<LogFindings>;
  /** Opens a focal point's store for reading. */
  openStore(dataDir: string, participant: string): ReturnType<AuditDeps["openStore"]>;
}

/** Unanswered requests that are named one by one. */
const STUCK_TOLD_MAX = 5;
/** Exit code of a run that was interrupted before it was done: 128 + SIGINT. */
const EXIT_INTERRUPTED = 130;

/**
 * Plays the scenario: screens the input, starts the exchange, sends, waits for answers, reports.
 * With `once` it then stops; otherwise it stays up until somebody asks to stop. Returns the exit
 * code. Throws TracepostError, VERIFICATION when something was lost, doubled or does not verify.
 */
export async function runScenario(options: ScenarioOptions, deps: ScenarioDeps): Promise<number> {
  try {
    return await new ScenarioRun(options, deps).run();
  } catch (caught) {
    if (!deps.stop.signal.aborted) throw caught;
    deps.screen.stream.write("Stopped before it was done; the same command resumes it.\n");
    return options.once ? EXIT_INTERRUPTED : 0;
  }
}

/** A run whose exchange is still up. */
interface Played {
  readonly plan: ScenarioPlan;
  readonly requests: readonly SubmittedRequest[];
  readonly story: AlertStory | undefined;
  readonly dataDir: string;
  readonly exchange: ScenarioExchange;
  readonly focalPoints: FocalPoints;
}

/** One run, step by step. */
class ScenarioRun {
  readonly #options: ScenarioOptions;
  readonly #deps: ScenarioDeps;
  readonly #beganAtMs: number;

  constructor(options: ScenarioOptions, deps: ScenarioDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#beganAtMs = deps.clock.now();
  }

  async run(): Promise<number> {
    const { inputFile, reportFile } = this.#options;
    if (reportFile !== undefined) await prepareReportFile(reportFile);
    const plan = planScenario(await readRecoveredFile(inputFile ?? this.#deps.defaultInput));
    const dataDir = this.#dataDir(plan);
    this.#tellPlan(plan, dataDir);
    const startedAtMs = await this.#prepareFolder(dataDir, plan);
    const { signal } = this.#deps.stop;
    const exchange = await this.#deps.start(dataDir, signal, (line) => this.#say(`  ${line}`));
    try {
      const doors = new PatientDoors(() => exchange.participants, signal);
      const focalPoints = new FocalPoints(doors);
      const [{ requests, stuck }, story] = await Promise.all([
        this.#exchangeMessages(plan, startedAtMs, focalPoints),
        this.#alertStory(plan, startedAtMs, exchange, doors),
      ]);
      await awaitQuiet([...exchange.participants.keys()], focalPoints, this.#deps.clock, signal);
      const counting = { doors, focalPoints, startedAtMs };
      const counted = await this.#monitorStory(plan, exchange, counting);
      if (this.#options.once) await exchange.stop();
      const { problems, report } = await this.#report(plan, requests, dataDir);
      if (story !== undefined) for (const line of ["", ...tellAlertStory(story)]) this.#say(line);
      if (counted !== undefined) {
        for (const line of ["", ...tellMonitorStory(counted)]) this.#say(line);
      }
      this.#tellStuck(stuck, dataDir);
      const faults = [...faultsOfReport(report), ...problems];
      if (this.#options.once) return this.#conclude(faults, dataDir);
      await this.#stayUp({ plan, requests, story, dataDir, exchange, focalPoints });
      return this.#conclude(faults, dataDir);
    } finally {
      await exchange.stop();
      this.#say("Everything is stopped.");
    }
  }

  #say(line: string): void {
    this.#deps.screen.stream.write(`${line}\n`);
  }

  #dataDir(plan: ScenarioPlan): string {
    const { dataDir, inputFile } = this.#options;
    const name = inputFile === undefined ? "made-up" : `input-${plan.inputDigest.slice(0, 12)}`;
    return dataDir ?? join(this.#deps.defaultDataRoot, name);
  }

  #tellPlan(plan: ScenarioPlan, dataDir: string): void {
    const { items, participants, requests } = plan;
    this.#say(
      `Tracepost: ${items.length} recovered firearms, ${requests.length} of them to be asked ` +
        `about abroad, ${participants.length} States`,
    );
    this.#say(`  data folder ${dataDir}`);
  }

  /** Returns when the scenario first ran on the folder. */
  async #prepareFolder(dataDir: string, plan: ScenarioPlan): Promise<number> {
    const { clock } = this.#deps;
    if (await this.#deps.isExchange(dataDir)) {
      const record = await readScenarioRecord(dataDir);
      if (record !== undefined) checkSameInput(dataDir, record, plan);
      this.#say("Resuming the exchange in this folder");
    } else {
      this.#say("Setting up: keys, participant register, NATS accounts");
      await this.#deps.init(dataDir, inventParticipants(plan.participants, plan.alertCast));
    }
    const participants = await this.#deps.participantsOf(dataDir);
    const record = await bindScenarioFolder(dataDir, plan, participants, clock.now());
    return record.startedAtMs;
  }

  async #exchangeMessages(
    plan: ScenarioPlan,
    startedAtMs: number,
    focalPoints: FocalPoints,
  ): Promise<{ requests: SubmittedRequest[]; stuck: StuckRequest[] }> {
    const { clock, screen, stop } = this.#deps;
    const { signal } = stop;
    this.#say("Filling the registers, which are made up, and asking");
    await fillRegisters(plan, focalPoints);
    const askers = [...new Set(plan.requests.map((request) => request.from))];
    const view = createProgressView(screen, plan.requests.length);
    try {
      const submitting = submitRequests(plan, startedAtMs, focalPoints, signal);
      const requests = await showWhile(submitting, { askers, focalPoints, view, signal });
      const stuck = await awaitAnswers({ requests, focalPoints, view, clock, signal });
      return { requests, stuck };
    } finally {
      view.end();
    }
  }

  /** The alert story; undefined where the plan has none, or a folder of old no border agencies. */
  async #alertStory(
    { alertCast, inputDigest }: ScenarioPlan,
    startedAtMs: number,
    exchange: ScenarioExchange,
    doors: PatientDoors,
  ): Promise<AlertStory | undefined> {
    const isThere = agenciesOf(alertCast).every((id) => exchange.participants.has(id));
    if (alertCast === undefined || !isThere) return undefined;
    const keyOf = (step: string) => idempotencyKey(inputDigest, `alert story ${step}`);
    return await playAlertStory(alertCast, { doors, startedAtMs, keyOf });
  }

  /** What the monitor counts; undefined where the plan has none, or a folder of old. */
  async #monitorStory(
    { alertCast }: ScenarioPlan,
    { participants }: ScenarioExchange,
    deps: Omit<Parameters<typeof countAtMonitor>[1], "nowMs">,
  ): Promise<MonitorStory | undefined> {
    if (alertCast === undefined || !participants.has(MONITOR)) return undefined;
    return await countAtMonitor(alertCast, { ...deps, nowMs: this.#deps.clock.now() });
  }

  async #report(
    plan: ScenarioPlan,
    requests: readonly SubmittedRequest[],
    dataDir: string,
  ): Promise<{ report: ScenarioReport; problems: readonly string[] }> {
    const openStore = (id: string) => this.#deps.openStore(dataDir, id);
    const audit = await auditStores(plan, requests, { openStore });
    const log = await this.#deps.verifyLog(dataDir);
    const elapsedMs = this.#deps.clock.now() - this.#beganAtMs;
    const report = buildReport(plan, audit, log, elapsedMs);
    const { reportFile } = this.#options;
    if (reportFile !== undefined) await writeReport(reportFile, report);
    for (const line of ["", ...tellReport(report, plan)]) this.#say(line);
    if (reportFile !== undefined) this.#say(`  Report: ${reportFile}`);
    return { report, problems: log.problems };
  }

  #tellStuck(stuck: readonly StuckRequest[], dataDir: string): void {
    if (stuck.length === 0) return;
    this.#say(`No progress any more; ${stuck.length} requests are not answered:`);
    for (const { from, ref, state, to } of stuck.slice(0, STUCK_TOLD_MAX)) {
      this.#say(`  ${ref}: ${from} asked ${to}, ${state}`);
    }
    this.#say(`  Look into ${join(dataDir, "run", "logs")}.`);
  }

  /** Tells where to look, then waits until somebody asks to stop. */
  async #stayUp({ dataDir, exchange, focalPoints, plan, requests, story }: Played): Promise<void> {
    const sample = requests[0];
    const lines = ["", ...tellStates(plan), ""];
    if (sample !== undefined) {
      const detail = await focalPoints.case(sample.from, sample.caseId);
      lines.push(...tellSample(sample, detail), "");
    }
    const addresses = new Map([...exchange.participants].map(([id, { url }]) => [id, url]));
    const { url: gateway } = exchange.gateway;
    lines.push(...tellAddresses({ gateway, participants: addresses }), "");
    if (story !== undefined) {
      lines.push(...tellAlertPages(story, dataDir, (id) => addresses.get(id) ?? ""), "");
    }
    if (addresses.has(MONITOR)) lines.push(...tellMonitorCommands(dataDir), "");
    lines.push(...tellCommands(dataDir, sample), "", "Ctrl-C stops everything.");
    for (const line of lines) this.#say(line);
    await this.#deps.stop.asked;
  }

  #conclude(faults: readonly string[], dataDir: string): number {
    if (faults.length === 0) return 0;
    throw new TracepostError("VERIFICATION", "The run is not in order", {
      problems: faults,
      remedy: `Keep ${dataDir} and look into its run/logs; the same command resumes the run.`,
    });
  }
}
