import { ageText, renderPage, timeText } from "#http";
import { html } from "#runtime";
import { bytesText } from "./attention.ts";
import type { GatewaySummary, ParticipantSummary } from "./gateway-summary.ts";

/** The exchange at a glance: what needs a person, then counts and times; never content. */
export function renderStatus(summary: GatewaySummary, checkpoint: string): string {
  const { messages, log, resources, participants } = summary;
  const ago = (instant: string | undefined): string =>
    instant === undefined ? "–" : ageText(Date.parse(summary.at) - Date.parse(instant));
  return renderPage({
    title: "Tracepost gateway",
    note: `As of ${timeText(summary.at)}. Reload for newer figures.`,
    alerts: summary.attention,
    tables: [
      {
        heading: "Participants",
        columns: [
          "Id",
          "Name",
          "Heard",
          "Accepted",
          "Refused",
          "Undecided",
          "Urgent",
          "Normal",
          "Bulk",
          "Oldest waits",
          "Held",
          "Events",
          "Stored",
          "of",
        ],
        note: "Urgent, normal, bulk: messages for it that it has not confirmed yet.",
        rows: participants.map((participant) => participantRow(participant, ago)),
        wide: true,
      },
      {
        heading: "Messages",
        rows: [
          ["Carrier (NATS)", summary.connected ? "connected" : "not connected"],
          ["Accepted", messages.accepted],
          ["Refused", messages.refused],
          ["Taken, not decided yet", messages.undecided],
          ["Waiting for a recipient", messages.waiting],
          ["The oldest of them waits for", ago(messages.waitingSince)],
          ["Held in quarantine", summary.quarantined],
        ],
      },
      {
        heading: "Operator events, open",
        columns: ["Kind", "Of", "Open", "Newest"],
        rows: summary.openEvents.map(({ kind, participant, open, lastAt }) => {
          return [kind, participant || "–", open, ago(lastAt)];
        }),
      },
      {
        heading: "Message log",
        rows: [
          ["Entries", log.size],
          ["Newest checkpoint, size", log.checkpointSize],
          ["Signed", `${ago(log.checkpointAt)} ago`],
          ["On disk, size", log.checkpointKept],
          ["Witnesses, quorum", `${log.witnesses}, ${log.quorum}`],
          ["Cosigned by a quorum, size", log.cosignedSize],
        ],
      },
      {
        heading: "This gateway",
        rows: [
          ["Runs for", ago(resources.startedAt)],
          ["Memory", bytesText(resources.memoryBytes)],
          ["Store", sizeText(resources.storeBytes)],
          ["Free on its disk", sizeText(resources.diskFreeBytes)],
          ["Participant register, version", summary.registerVersion],
          ["It stands", summary.register.standing],
          ["It expires", timeText(summary.register.expiresAt)],
          ["Nothing goes after", timeText(summary.register.closesAt)],
        ],
      },
    ],
    footer: html`<section class="wide"><h2>Newest checkpoint</h2>
<pre>${checkpoint}</pre></section>`,
  });
}

function participantRow(
  { id, name, waiting, ...participant }: ParticipantSummary,
  ago: (instant: string | undefined) => string,
): [string, ...(string | number)[]] {
  const { lastHeardAt, waitingSince } = participant;
  return [
    id,
    name,
    lastHeardAt === undefined ? "never" : `${ago(lastHeardAt)} ago`,
    participant.accepted,
    participant.refused,
    participant.undecided,
    waiting.urgent,
    waiting.normal,
    waiting.bulk,
    ago(waitingSince),
    participant.held,
    participant.openEvents,
    bytesText(participant.storedBytes),
    bytesText(participant.storedBytesMax),
  ];
}

function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? "kept by a PostgreSQL server" : bytesText(bytes);
}
