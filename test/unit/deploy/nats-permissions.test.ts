import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LANES } from "#wire";
import {
  gatewayPermissions,
  inboxProvisionerPermissions,
  inboxStewardPermissions,
  leafPermissions,
  type NatsRole,
  operatorPermissions,
  outboxProvisionerPermissions,
  outboxStewardPermissions,
  participantPermissions,
  type RolePermissions,
} from "../../../deploy/local/provision/permissions.ts";

const CODE: Record<NatsRole, RolePermissions> = {
  participant: participantPermissions("P"),
  leaf: leafPermissions("P"),
  "inbox-provisioner": inboxProvisionerPermissions("P"),
  "inbox-steward": inboxStewardPermissions(),
  gateway: gatewayPermissions(),
  "outbox-provisioner": outboxProvisionerPermissions(),
  "outbox-steward": outboxStewardPermissions(),
  operator: operatorPermissions(),
};

describe("the table of permissions in docs/spec/nats.md", () => {
  it("is what the code issues, no more and no less", async () => {
    const file = join(import.meta.dirname, "../../../docs/spec/nats.md");
    const rows = (await readFile(file, "utf8")).matchAll(
      /^\| ([a-z-]+) \| \w+ \| \w+ \| (publish|subscribe) \| `([^`]+)` \|$/gm,
    );
    const documented = [...rows].flatMap(([, role, may, subject = ""]) => {
      const subjects = subject.includes("<lane>")
        ? LANES.map((lane) => subject.replaceAll("<lane>", lane))
        : [subject];
      return subjects.map((one) => `${role} ${may} ${one}`);
    });
    const issued = Object.entries(CODE).flatMap(([role, { publish, subscribe }]) => [
      ...publish.map((subject) => `${role} publish ${subject}`),
      ...subscribe.map((subject) => `${role} subscribe ${subject}`),
    ]);
    expect(documented.toSorted()).toEqual(issued.toSorted());
  });
});
