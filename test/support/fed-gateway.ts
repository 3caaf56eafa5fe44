import { Aggregation, type Participant } from "#proto";
import { createSigner, openRegister, PAYLOAD_TYPES, type RegisterView } from "#trust";
import { toTimestamp } from "#wire";
import { ALONE } from "../../gateway/instances/duty.ts";
import { MonitorFeeder } from "../../gateway/monitor/monitor-feeder.ts";
import { dispatch } from "../../gateway/steps/dispatch.ts";
import type { GatewayBench } from "./gateway-bench.ts";
import { type Parties, reissue } from "./parties.ts";

/** The register of parties that are all of ECOWAS, with the consents to EVENTS of some. */
export function registerWith(
  parties: Parties,
  consenting: readonly string[],
  changes: (one: Participant) => Partial<Participant> = () => ({}),
): RegisterView {
  const bytes = reissue(parties, parties.registerBytes, ({ participants }) => ({
    participants: participants.map((one) => ({
      ...one,
      regionalBodies: [{ body: "ECOWAS", since: toTimestamp(0), until: undefined }],
      disclosures: consenting.includes(one.id)
        ? [{ body: "ECOWAS", aggregation: Aggregation.EVENTS }]
        : [],
      ...changes(one),
    })),
  }));
  const opened = openRegister(bytes, [parties.root.publicKey]);
  if (!opened.ok) throw new TypeError(opened.refusal.detail);
  return opened.value;
}

/** What a feeder feeds by, and whom it tells. */
interface FeederOptions {
  readonly register: RegisterView;
  readonly isAway?: () => boolean;
  readonly onPushed?: (data: Uint8Array) => void;
}

/** A feeder as each instance of the gateway has one, and what it has put on the carrier. */
export function feederOf(
  gateway: GatewayBench,
  parties: Parties,
  { isAway = () => false, onPushed, register }: FeederOptions,
) {
  const pushed: Uint8Array[] = [];
  const feeder = new MonitorFeeder({
    ...{ store: gateway.store, duty: ALONE, clock: gateway.clock, logger: gateway.logger },
    register: { view: () => register },
    signer: () => createSigner(parties.receiptKey, PAYLOAD_TYPES.receipt),
    publish: async (outgoing) => {
      if (isAway()) throw new TypeError("the carrier is away");
      const { data } = dispatch(outgoing);
      pushed.push(data);
      onPushed?.(data);
    },
    connected: () => true,
  });
  return { feeder, pushed };
}
