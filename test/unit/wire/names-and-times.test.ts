import { describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import { Kind, Lane, Priority } from "#proto";
import {
  gatewayConsumer,
  IN_STREAM,
  inboxConsumer,
  inSubject,
  isParticipantId,
  LANES,
  laneOf,
  laneToken,
  outStream,
  outSubject,
  parseOutSubject,
  stateOfParticipant,
  timestampMs,
  toTimestamp,
} from "#wire";

describe("a participant id", () => {
  it.each(["NE", "NE-CUSTOMS", "NE-P1", "ORG-ECOWAS", "XK"])("may be %s", (id) => {
    expect(isParticipantId(id)).toBe(true);
  });

  it.each([
    "",
    "ne",
    "N",
    "NER",
    "NE-",
    "NE-X",
    "NE-customs",
    "NE_CUSTOMS",
    "NE-ABCDEFGHIJKLMNOPQ",
    "ORG",
    "ORG-",
    "ORG-x",
    "GATEWAY",
    "*",
    ">",
    "NE.BR",
    "NE\n",
    " NE",
    "N\u0395",
  ])("is never %j", (id) => {
    expect(isParticipantId(id)).toBe(false);
    expect(stateOfParticipant(id)).toBeUndefined();
  });
});

describe("names on the carrier", () => {
  it("are those the NATS set-up grants", () => {
    expect(outSubject("NE-CUSTOMS", Lane.URGENT, Kind.ALERT)).toBe(
      "tp.out.NE-CUSTOMS.urgent.alert",
    );
    expect(inSubject("NE", Lane.NORMAL, Kind.GAP_NOTICE)).toBe("tp.in.NE.normal.gap-notice");
    expect(outStream("NE-CUSTOMS")).toBe("OUT_NE-CUSTOMS");
    expect(IN_STREAM).toBe("IN");
    expect(LANES.map(gatewayConsumer)).toEqual(["gw-urgent", "gw-normal", "gw-bulk"]);
    expect(LANES.map(inboxConsumer)).toEqual(["in-urgent", "in-normal", "in-bulk"]);
  });

  it("are not built for what has no token: that is a bug of the caller", () => {
    expect(() => outSubject("NE", Lane.NORMAL, Kind.UNSPECIFIED)).toThrow(TracepostError);
    expect(() => outSubject("NE", Lane.UNSPECIFIED, Kind.ALERT)).toThrow(TracepostError);
    expect(() => inSubject("*", Lane.NORMAL, Kind.ALERT)).toThrow(TracepostError);
    expect(() => laneToken(Lane.UNSPECIFIED)).toThrow(TracepostError);
  });

  it("are read back only when every token is one", () => {
    for (const subject of [
      "tp.out.NE.normal",
      "tp.out.NE.normal.alert.more",
      "tp.out.ne.normal.alert",
      "tp.out.NE.fast.alert",
      "tp.out.NE.normal.ALERT",
      "tp.out.NE.normal.trace_request",
      "tp.out.NE.normal.unspecified",
      "tp.out.*.normal.alert",
      "xp.out.NE.normal.alert",
      "tp.in.NE.normal.alert",
    ]) {
      expect(parseOutSubject(subject), subject).toBeUndefined();
    }
  });
});

describe("the lane", () => {
  it("of an alert is urgent, of an attachment bulk, whatever the priority", () => {
    for (const priority of [Priority.ROUTINE, Priority.PRIORITY, Priority.URGENT]) {
      expect(laneOf(priority, Kind.ALERT)).toBe(Lane.URGENT);
      expect(laneOf(priority, Kind.ALERT_RESPONSE)).toBe(Lane.URGENT);
      expect(laneOf(priority, Kind.ATTACHMENT_CHUNK)).toBe(Lane.BULK);
    }
  });

  it("of anything else is urgent for URGENT priority only", () => {
    expect(laneOf(Priority.URGENT, Kind.TRACE_REQUEST)).toBe(Lane.URGENT);
    expect(laneOf(Priority.PRIORITY, Kind.TRACE_REQUEST)).toBe(Lane.NORMAL);
    expect(laneOf(Priority.ROUTINE, Kind.VOID)).toBe(Lane.NORMAL);
  });
});

describe("a timestamp", () => {
  it("keeps the millisecond, before 1970 as well", () => {
    for (const ms of [0, 1, 999, 1_000, Date.UTC(2026, 5, 1, 12, 0, 0, 7), -1, -1_001]) {
      expect(timestampMs(toTimestamp(ms))).toBe(ms);
    }
    expect(toTimestamp(-1)).toEqual({ seconds: -1n, nanos: 999_000_000 });
  });

  it("is rounded down to the millisecond", () => {
    expect(timestampMs({ seconds: 1n, nanos: 1_999_999 })).toBe(1_001);
  });

  it("is none when it is absent or outside the years 1 to 9999", () => {
    expect(timestampMs(undefined)).toBeUndefined();
    expect(timestampMs({ seconds: -62_135_596_801n, nanos: 0 })).toBeUndefined();
    expect(timestampMs({ seconds: 253_402_300_800n, nanos: 0 })).toBeUndefined();
    expect(timestampMs({ seconds: 0n, nanos: -1 })).toBeUndefined();
    expect(timestampMs({ seconds: 0n, nanos: 1_000_000_000 })).toBeUndefined();
    expect(timestampMs({ seconds: 253_402_300_799n, nanos: 999_999_999 })).toBe(
      253_402_300_799_999,
    );
  });
});
