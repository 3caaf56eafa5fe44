import { ageText, type PageAlert } from "#http";
import { LOG_LIMITS, QUOTA_LIMITS, STATUS_LIMITS } from "#runtime";
import { type EndingKey, endingText, standingNotice } from "#trust";
import { EVENT_KINDS } from "../store/event-kinds.ts";
import { EVENT_REMEDIES } from "./event-remedies.ts";
import type { GatewaySummary, ParticipantSummary } from "./gateway-summary.ts";

/** Owners of ending keys that one line names. */
const OWNERS_SHOWN = 5;

/** What needs a person, with why and what to do: what is stuck first (TP-OPS-30). */
export function attentionOf(
  summary: Omit<GatewaySummary, "attention">,
  nowMs: number,
  ending: readonly EndingKey[] = [],
): PageAlert[] {
  return [
    ...carrierAlerts(summary),
    ...registerAlerts(summary, nowMs),
    ...keyAlerts(ending, nowMs),
    ...storeAlerts(summary, nowMs),
    ...witnessAlerts(summary, nowMs),
    ...renewalAlerts(summary, nowMs),
    ...summary.participants.flatMap((participant) => deliveryAlerts(participant, nowMs)),
    ...summary.participants.flatMap(roomAlerts),
    ...decisionAlerts(summary, nowMs),
  ].toSorted((one, other) => Number(other.level === "stuck") - Number(one.level === "stuck"));
}

function carrierAlerts({ connected }: Omit<GatewaySummary, "attention">): PageAlert[] {
  if (connected) return [];
  return [
    {
      level: "stuck",
      what: "There is no connection to NATS: nothing comes in and nothing is dispatched.",
      remedy: "Look whether the nats-server runs. Nothing is lost; all goes on once it is back.",
    },
  ];
}

function registerAlerts(
  { register: { closesAt, standing: name } }: Omit<GatewaySummary, "attention">,
  nowMs: number,
): PageAlert[] {
  const notice = standingNotice({ closesAtMs: Date.parse(closesAt), name }, nowMs);
  return notice === undefined ? [] : [notice];
}

/** One line for each key of the exchange, and one for whom else has keys that end (TP-KEY-7). */
function keyAlerts(ending: readonly EndingKey[], nowMs: number): PageAlert[] {
  const own = ending.filter(({ participant }) => participant === "");
  const others = [...new Set(ending.map(({ participant }) => participant))].filter(Boolean);
  const alerts: PageAlert[] = own.map((key) => ({
    level: key.endsAtMs > nowMs ? "look" : "stuck",
    what: `The exchange's key for ${key.use} (${key.keyId}) ${endingText(key, nowMs)}; no next one is registered.`,
    remedy:
      "Make the next one: tracepost register exchange-key, then register draft, sign, publish.",
  }));
  if (others.length === 0) return alerts;
  const shown = others.slice(0, OWNERS_SHOWN).join(", ");
  const more = others.length > OWNERS_SHOWN ? ` and ${others.length - OWNERS_SHOWN} more` : "";
  alerts.push({
    level: "look",
    what: `Keys end within 60 days and have no successor: of ${shown}${more}.`,
    remedy: "The event KEY_EXPIRY has each. Ask for the next ones: tracepost participant request.",
  });
  return alerts;
}

function storeAlerts(
  { resources, log }: Omit<GatewaySummary, "attention">,
  nowMs: number,
): PageAlert[] {
  const alerts: PageAlert[] = [];
  const { diskFreeBytes = Infinity } = resources;
  if (diskFreeBytes < STATUS_LIMITS.diskFreeBytesMin) {
    const free = bytesText(diskFreeBytes);
    alerts.push({
      level: "look",
      what: `The disk of the store has ${free} left; without space nothing is recorded.`,
      remedy: "Make room, or move the data folder to a larger disk.",
    });
  }
  const sinceMs = nowMs - Date.parse(log.checkpointAt ?? new Date(nowMs).toISOString());
  if (log.checkpointKept < log.checkpointSize && sinceMs >= STATUS_LIMITS.checkpointKeptMs) {
    alerts.push({
      level: "stuck",
      what: `The newest checkpoint is not on disk for ${ageText(sinceMs)}.`,
      remedy: "Look into the gateway's log for what the store says, and at the disk.",
    });
  }
  return alerts;
}

/** Without a quorum nobody can be shown that all see the same log (TP-LOG-19). */
function witnessAlerts({ log }: Omit<GatewaySummary, "attention">, nowMs: number): PageAlert[] {
  if (log.unwitnessedSince === undefined) return [];
  const sinceMs = nowMs - Date.parse(log.unwitnessedSince);
  if (sinceMs < LOG_LIMITS.unwitnessedMs) return [];
  return [
    {
      level: sinceMs < LOG_LIMITS.unwitnessedAlarmMs ? "look" : "stuck",
      what: `Unwitnessed: no ${log.quorum} of ${log.witnesses} witnesses have cosigned the log for ${ageText(sinceMs)}.`,
      remedy: "Call those who run the witnesses; the gateway's log says which gave no cosignature.",
    },
  ];
}

/** Evidence of old records is to outlive the algorithms of its time (TP-RENEW-5). */
function renewalAlerts({ log }: Omit<GatewaySummary, "attention">, nowMs: number): PageAlert[] {
  const { renewalDueAt, renewedAt = "never" } = log;
  if (renewalDueAt === undefined || Date.parse(renewalDueAt) > nowMs) return [];
  return [
    {
      level: "look",
      what: `The message log is to be renewed since ${renewalDueAt}; it was renewed last: ${renewedAt}.`,
      remedy: "See what a renewal would hold, then make it: tracepost log renew.",
    },
  ];
}

function deliveryAlerts(participant: ParticipantSummary, nowMs: number): PageAlert[] {
  const { id, waiting, waitingSince, lastHeardAt } = participant;
  if (waitingSince === undefined) return [];
  const waitMs = nowMs - Date.parse(waitingSince);
  if (waitMs < STATUS_LIMITS.dispatchedMs) return [];
  const messages = count(waiting.urgent + waiting.normal + waiting.bulk, "message");
  const quietMs = lastHeardAt === undefined ? undefined : nowMs - Date.parse(lastHeardAt);
  const isThere = quietMs !== undefined && quietMs < STATUS_LIMITS.dispatchedMs;
  const heard = quietMs === undefined ? "was never heard" : `was heard ${ageText(quietMs)} ago`;
  return [
    {
      level: "look",
      what: `${id} has not confirmed ${messages}, the oldest for ${ageText(waitMs)}; it ${heard}.`,
      remedy: isThere
        ? "It sends and does not take: have it look at its inbox and its log."
        : "Call it. Messages are kept, and dispatched again and again until they expire.",
    },
  ];
}

/** What is not urgent waits while only the urgent share is left (TP-GW-10). */
function roomAlerts({ id, storedBytes, storedBytesMax }: ParticipantSummary): PageAlert[] {
  if (storedBytes < storedBytesMax * (1 - QUOTA_LIMITS.storedUrgentShare)) return [];
  const share = Math.floor((storedBytes / storedBytesMax) * 100);
  return [
    {
      level: "look",
      what: `${id} fills ${share} % of the ${bytesText(storedBytesMax)} that may be held of it.`,
      remedy: "What is not urgent waits: give it more (stored bytes, in the register).",
    },
  ];
}

function decisionAlerts(
  { quarantined, openEvents }: Omit<GatewaySummary, "attention">,
  nowMs: number,
): PageAlert[] {
  const alerts: PageAlert[] = openEvents.map(({ kind, participant, open, lastAt }) => {
    const who = participant === "" ? "" : ` of ${participant}`;
    const events = `${count(open, "event")}${who}`;
    const newest = `the newest ${ageText(nowMs - Date.parse(lastAt))} ago`;
    return {
      level: "look",
      what: `${kind}: ${events}, ${newest}: ${EVENT_KINDS[kind]}.`,
      remedy: `${sentence(EVENT_REMEDIES[kind])} Then acknowledge it.`,
    };
  });
  if (quarantined > 0) {
    alerts.push({
      level: "stuck",
      what: `${count(quarantined, "unverified message")} in quarantine, not decided yet.`,
      remedy: "Look at each in the list of quarantine, and release or reject it.",
    });
  }
  return alerts;
}

/** A number of bytes in the largest unit that says something. */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

function count(number: number, one: string): string {
  return `${number.toLocaleString("en-US")} ${one}${number === 1 ? "" : "s"}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
