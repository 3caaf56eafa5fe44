import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Outcome } from "#errors";
import { authorizeHeader, defaultPolicy } from "#policy";
import {
  AlertScope,
  Boundness,
  Disclosed,
  ExchangeStatus,
  Header,
  Instrument,
  Kind,
  ParticipantStatus,
  Priority,
  type RecipientResult,
  Role,
} from "#proto";
import type { RegisterView } from "#trust";
import { toTimestamp } from "#wire";
import { makeParties } from "../../support/parties.ts";
import { routeByTable } from "../../support/route-table.ts";

const NOW_MS = Date.UTC(2026, 5, 1);
const { FOCAL_POINT, BORDER_AGENCY, REGIONAL_MONITOR } = Role;
const { ACTIVE, SUSPENDED, REMOVED } = ParticipantStatus;

const made = makeParties([
  { id: "NE" },
  { id: "BR", boundness: Boundness.PARTY },
  { id: "DE", boundness: Boundness.SIGNATORY },
  { id: "AT", status: SUSPENDED },
  { id: "NE-CUSTOMS", role: BORDER_AGENCY },
  { id: "BR-PORT", role: BORDER_AGENCY },
  { id: "BR-OLD", role: BORDER_AGENCY, status: REMOVED },
  { id: "XK", role: REGIONAL_MONITOR },
]);
const groups = [{ name: "COAST", members: ["NE", "BR"] }];

/** The same participants, the approval of whose alerts and whose roles are drawn. */
const anyRegister = fc
  .record({
    approval: fc.subarray(["NE-CUSTOMS", "BR-PORT"]),
    role: fc.constantFrom(undefined, FOCAL_POINT, BORDER_AGENCY, REGIONAL_MONITOR, 0 as Role),
    status: fc.constantFrom(ACTIVE, SUSPENDED, REMOVED),
  })
  .map(({ approval, role, status }): RegisterView => {
    const participant: RegisterView["participant"] = (id) => {
      const found = made.register.participant(id);
      if (found === undefined) return undefined;
      const alertsNeedApproval = approval.includes(id);
      if (id !== "DE") return { ...found, alertsNeedApproval };
      return { ...found, alertsNeedApproval, role: role ?? found.role, status };
    };
    return { ...made.register, groups, participant };
  });

const anybody = fc.constantFrom(...made.register.participants.map(({ id }) => id), "ZZ");
const anyHeader = fc
  .record({
    kind: fc.constantFrom(...Object.values(Kind)),
    sender: anybody,
    recipients: fc.uniqueArray(anybody, { minLength: 1, maxLength: 4 }),
    instrumentBasis: fc.subarray([Instrument.ITI, Instrument.ECOWAS]),
    scope: fc.constantFrom(...Object.values(AlertScope)),
    group: fc.constantFrom("", "", "COAST", "PARTIES:ITI", "NOBODY"),
    registerVersion: fc.constantFrom(1n, 2n),
    answers: fc.option(anybody, { nil: undefined }),
    status: fc.constantFrom(...Object.values(ExchangeStatus)),
    priority: fc.constantFrom(...Object.values(Priority)),
    sentMs: fc.constantFrom(NOW_MS, Date.UTC(2019, 0, 1), NOW_MS + 60_000),
  })
  .map(({ answers, group, scope, sentMs, ...more }) =>
    Header.create({
      ...more,
      addressedGroup: group,
      sentAt: toTimestamp(sentMs),
      disclosed: Disclosed.create({ alertScope: scope }),
      inReplyTo:
        answers === undefined
          ? undefined
          : { originalSender: answers, messageId: "m", headerDigest: new Uint8Array(32) },
    }),
  );

/** What a sender is told, but for the texts. */
function told(outcome: Outcome<RecipientResult[]>): unknown {
  if (outcome.ok) return outcome.value;
  const { code, field } = outcome.refusal;
  return { code, field: field.replace(/^header\.recipients\[\d+\]$/, "header.recipients") };
}

describe("the default policy (TP-POLICY-1)", () => {
  it("decides as the table of domain notes 10 does, whatever the header", () => {
    let routed = 0;
    fc.assert(
      fc.property(anyHeader, anyRegister, (header, register) => {
        const outcome = authorizeHeader(header, { register, policy: defaultPolicy() }, NOW_MS);
        expect(told(outcome)).toEqual(told(routeByTable(header, register, NOW_MS)));
        if (outcome.ok) routed += 1;
      }),
      { numRuns: 800 },
    );
    expect(routed).toBeGreaterThan(20);
  });

  it("agrees with the table on each kind between each two participants", () => {
    const { register } = made;
    for (const kind of Object.values(Kind)) {
      for (const { id: sender } of register.participants) {
        for (const { id: recipient } of register.participants) {
          const sentAt = toTimestamp(NOW_MS);
          const header = Header.create({ kind, sender, recipients: [recipient], sentAt });
          const outcome = authorizeHeader(header, { register, policy: defaultPolicy() }, NOW_MS);
          expect(told(outcome)).toEqual(told(routeByTable(header, register, NOW_MS)));
        }
      }
    }
  });
});
