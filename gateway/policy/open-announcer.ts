import type { CurrentPolicy } from "#policy";
import type { Clock, Database, Logger } from "#runtime";
import type { CurrentRegister } from "#trust";
import type { Transport } from "#wire";
import { evidenceOfStored } from "../evidence.ts";
import type { GatewaySigners } from "../identity.ts";
import { dispatch } from "../steps/dispatch.ts";
import type { GatewayProcedures } from "../store.ts";
import { PolicyAnnouncer } from "./policy-announcer.ts";

/** Makes what hands the policy in force on over the carrier of a gateway. */
export function createPolicyAnnouncer(parts: {
  readonly policy: CurrentPolicy;
  readonly register: CurrentRegister;
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly signers: GatewaySigners;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly logger: Logger;
}): PolicyAnnouncer {
  const { clock, logger, policy, register, signers, store, transport } = parts;
  return new PolicyAnnouncer({
    ...{ policy, register, clock, logger },
    load: (version) => store.call("loadPolicyVersion", { version }),
    evidenceOf: (stored) => evidenceOfStored(stored, signers.checkpoint),
    signer: () => signers.receipt,
    publish: (outgoing) => transport.publish(dispatch(outgoing)),
    connected: () => transport.connected,
  });
}
