import { describe, expect, it } from "vitest";
import {
  namesByHolder,
  namesOf,
  parseHostName,
} from "../../../deploy/local/certificates/transport-plan.ts";

describe("names that certificates are issued for (TP-TLS-2)", () => {
  it("belong to the hub, or to the door of a participant, and loopback is always among them", () => {
    const hosts = ["Hub.example.org", "192.0.2.7", "NE-CUSTOMS=desk.example.org"].map(
      parseHostName,
    );
    const plan = { names: namesByHolder(hosts), authority: "own" as const };
    expect(namesOf(plan, "hub").slice(0, 2)).toEqual(["hub.example.org", "192.0.2.7"]);
    expect(namesOf(plan, "NE-CUSTOMS")[0]).toBe("desk.example.org");
    expect(namesOf(plan, "BR")).toEqual(["localhost", "127.0.0.1", "::1"]);
  });

  it.each(["", "https://hub", "hub:4222", "-hub", "ne=hub", "*.example.org", "hub\n", "=hub"])(
    "are refused where they are no name of a host: %j",
    (text) => {
      expect(() => parseHostName(text)).toThrow(/--host names no host/);
    },
  );
});
