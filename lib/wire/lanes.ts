import { TracepostError } from "#errors";
import { Kind, Lane, Priority } from "#proto";

/** How a lane is written in subjects and consumer names. */
export type LaneToken = "urgent" | "normal" | "bulk";

/** The lanes, the one to be served first at the front. */
export const LANES: readonly LaneToken[] = ["urgent", "normal", "bulk"];

const TOKEN_OF_LANE: ReadonlyMap<Lane, LaneToken> = new Map([
  [Lane.URGENT, "urgent"],
  [Lane.NORMAL, "normal"],
  [Lane.BULK, "bulk"],
]);

const LANE_OF_TOKEN: ReadonlyMap<string, Lane> = new Map(
  [...TOKEN_OF_LANE].map(([lane, token]) => [token, lane]),
);

/** Token of a lane. Throws TracepostError INTERNAL for LANE_UNSPECIFIED. */
export function laneToken(lane: Lane): LaneToken {
  const token = TOKEN_OF_LANE.get(lane);
  if (token === undefined) throw new TracepostError("INTERNAL", `lane ${lane} has no token`);
  return token;
}

/** Lane of a token, or undefined. */
export function laneOfToken(token: string): Lane | undefined {
  return LANE_OF_TOKEN.get(token);
}

/**
 * The lane a message must use (TP-WIRE-9): attachments and figures never hold up what is asked, an
 * alert never waits behind a backlog. A receipt uses the lane of what it answers, which its header
 * alone cannot tell.
 */
export function laneOf(priority: Priority, kind: Kind): Lane {
  switch (kind) {
    case Kind.ALERT:
    case Kind.ALERT_RESPONSE:
      return Lane.URGENT;
    case Kind.ATTACHMENT_CHUNK:
    case Kind.MONITOR_FEED:
      return Lane.BULK;
    default:
      return priority === Priority.URGENT ? Lane.URGENT : Lane.NORMAL;
  }
}
