import type { Command } from "commander";
import { TracepostError } from "#errors";
import type { CommandResult, Terminal } from "./command-result.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceAccess,
  type ServiceOptions,
} from "./service-access.ts";

/** An alert as a service tells of it, as far as it is looked at here. */
export interface AlertLine {
  readonly alertId: string;
  readonly side: string;
  readonly originator: string;
  /** EXERCISE or TEST on what is not real. */
  readonly mark?: string;
  readonly kind: string;
  readonly state: string;
  readonly headline: string;
  readonly expiresAt?: string;
}

/** Gives a command about one alert its argument and the options that say whose it is. */
export function addAlertOptions(command: Command): void {
  addServiceOptions(command, "focal-point");
}

/** Opens the service of a participant that has alerts. */
export async function openAlerts(
  options: ServiceOptions,
  terminal: Terminal,
): Promise<ServiceAccess> {
  return await openService(options, terminal, { kind: "focal-point", defaultUser: "person" });
}

/** Path of an alert, or of something below it. */
export function alertPath(alertId: string, ...below: readonly string[]): string {
  return ["/v1/alerts", alertId, ...below]
    .map((part, at) => {
      return at === 0 ? part : encodeURIComponent(part);
    })
    .join("/");
}

/**
 * The id of the one alert that is meant by its id or the beginning of it. Throws TracepostError
 * USAGE when none or several are.
 */
export async function findAlertId(service: ServiceAccess, name: string): Promise<string> {
  const wanted = name.toLowerCase();
  const found: string[] = [];
  for await (const { alertId } of allAlerts(service, {})) {
    if (alertId === wanted) return alertId;
    if (alertId.startsWith(wanted)) found.push(alertId);
  }
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const what = only === undefined ? "no alert" : "several alerts";
  throw new TracepostError("USAGE", `${what} here: ${name}`, {
    remedy: "tracepost alert list shows the alerts; give one's whole id.",
  });
}

/** Alerts that fit a query, page by page, the newest first. */
export async function* allAlerts(
  service: ServiceAccess,
  query: Readonly<Record<string, string>>,
): AsyncGenerator<AlertLine> {
  const asked = new URLSearchParams(query);
  for (;;) {
    const path = `/v1/alerts?${asked}`;
    const page = await callService<{ alerts: AlertLine[]; next?: string }>(service, { path });
    yield* page.alerts;
    if (page.next === undefined) return;
    asked.set("after", page.next);
  }
}

/** Posts to an alert and tells what was answered, with a line for people. */
export async function postToAlert(
  service: ServiceAccess,
  path: string,
  body: unknown,
  line: string,
): Promise<CommandResult> {
  const answer = await callService<Record<string, unknown>>(service, {
    method: "POST",
    path,
    body,
  });
  const ids = Object.entries(answer).map(([name, value]) => `  ${name}: ${String(value)}`);
  return { json: answer, lines: [line, ...ids] };
}
