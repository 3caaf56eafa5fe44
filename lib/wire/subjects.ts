import { TracepostError } from "#errors";
import type { Kind, Lane } from "#proto";
import { kindOfToken, kindToken } from "./kinds.ts";
import { type LaneToken, laneOfToken, laneToken } from "./lanes.ts";
import { isParticipantId } from "./participant-id.ts";

/** What the subject of an outbox says; NATS vouches for the participant (TP-WIRE-5). */
export interface OutAddress {
  /** The sender. */
  readonly participant: string;
  readonly lane: Lane;
  readonly kind: Kind;
}

/** What the subject of an inbox says (TP-WIRE-5). */
export interface InAddress {
  /** The recipient. */
  readonly participant: string;
  readonly lane: Lane;
  readonly kind: Kind;
}

/** Name of the stream that holds a participant's inbox, in its own account. */
export const IN_STREAM = "IN";

/** Subject on which a participant sends. Throws TracepostError INTERNAL for what has no token. */
export function outSubject(participant: string, lane: Lane, kind: Kind): string {
  return buildSubject("out", participant, lane, kind);
}

/** Subject on which a participant is sent to. Throws TracepostError INTERNAL like outSubject. */
export function inSubject(participant: string, lane: Lane, kind: Kind): string {
  return buildSubject("in", participant, lane, kind);
}

/** Reads `tp.out.<participant>.<lane>.<kind>`; undefined when it is anything else. */
export function parseOutSubject(subject: string): OutAddress | undefined {
  return parseSubject("out", subject);
}

/** Reads `tp.in.<participant>.<lane>.<kind>`; undefined when it is anything else. */
export function parseInSubject(subject: string): InAddress | undefined {
  return parseSubject("in", subject);
}

/** Name of the stream that holds a participant's outbox. */
export function outStream(participant: string): string {
  return `OUT_${participant}`;
}

/** Durable consumer of the gateway on an outbox stream. */
export function gatewayConsumer(lane: LaneToken): string {
  return `gw-${lane}`;
}

/** Durable consumer of a participant on its inbox stream. */
export function inboxConsumer(lane: LaneToken): string {
  return `in-${lane}`;
}

function buildSubject(
  direction: "out" | "in",
  participant: string,
  lane: Lane,
  kind: Kind,
): string {
  const token = kindToken(kind);
  if (token === undefined || !isParticipantId(participant)) {
    throw new TracepostError("INTERNAL", `no subject for "${participant}" and kind ${kind}`);
  }
  return `tp.${direction}.${participant}.${laneToken(lane)}.${token}`;
}

function parseSubject(direction: "out" | "in", subject: string): OutAddress | undefined {
  const tokens = subject.split(".");
  if (tokens.length !== 5 || tokens[0] !== "tp" || tokens[1] !== direction) return undefined;
  const [, , participant = "", laneText = "", kindText = ""] = tokens;
  const lane = laneOfToken(laneText);
  const kind = kindOfToken(kindText);
  if (lane === undefined || kind === undefined || !isParticipantId(participant)) return undefined;
  return { participant, lane, kind };
}
