import { html, type PageTable, renderPage } from "#http";
import type { RegisterView } from "#trust";
import type { GatewayStatus } from "../store/status.ts";

/** What the status page is made from. */
export interface StatusFacts {
  readonly status: GatewayStatus;
  readonly register: RegisterView;
  /** Newest signed checkpoint. */
  readonly checkpoint: string;
  readonly connected: boolean;
  readonly nowMs: number;
}

/** The gateway at a glance: counts and times, never content. */
export function renderStatus(facts: StatusFacts): string {
  const { status, register, nowMs } = facts;
  const traffic = new Map(status.participants.map((row) => [row.participant, row]));
  const oldest =
    status.oldestUndeliveredMs === null ? "none" : age(nowMs - status.oldestUndeliveredMs);
  const overview: PageTable = {
    heading: "The exchange",
    rows: [
      ["Carrier (NATS)", facts.connected ? "connected" : "not connected: messages wait"],
      ["Messages accepted", status.accepted],
      ["Messages refused", status.refused],
      ["Waiting for delivery", status.undelivered],
      ["Oldest waiting", oldest],
      ["Held in quarantine", status.quarantined],
      ["Operator events open", status.openEvents],
      ["Entries in the message log", status.logSize],
      ["Participant register, version", String(register.version)],
    ],
  };
  const participants: PageTable = {
    heading: "Participants",
    columns: ["Id", "Name", "Sent", "Refused", "Waiting for it", "Last heard"],
    rows: register.participants.map((participant) => {
      const row = traffic.get(participant.id);
      return [
        participant.id,
        participant.legalName,
        row?.accepted ?? 0,
        row?.refused ?? 0,
        row?.undelivered ?? 0,
        row === undefined ? "never" : `${age(nowMs - row.lastRecordedAtMs)} ago`,
      ];
    }),
  };
  return renderPage({
    title: "Tracepost gateway",
    tables: [overview, participants],
    footer: html`<h2>Newest checkpoint</h2><pre>${facts.checkpoint}</pre>`,
  });
}

function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
