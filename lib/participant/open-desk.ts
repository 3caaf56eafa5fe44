import { join } from "node:path";
import type { Clock, Database, Lifecycle, Logger, Timers } from "#runtime";
import { fetchRegisterFrom, fetchVersionFrom } from "./fetch-signed.ts";
import { type Identity, keepRegister, keysOf, ownIdentity, reloadKeys } from "./identity.ts";
import { KeyFlags } from "./key-flags.ts";
import type { LogFollower } from "./log-follower.ts";
import { ownEntryProblem } from "./own-entry.ts";
import { RegisterDesk, type RegisterDeskParts } from "./register-desk.ts";
import type { ServiceConfig } from "./service-config.ts";
import type { ServiceProcedures } from "./store/service-store.ts";

/** The service whose register it is. */
interface DeskService {
  readonly config: ServiceConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** Who keeps the register of this service up to date. */
export function openDesk(
  { clock, config, logger, timers }: DeskService,
  identity: Identity,
  deps: Pick<RegisterDeskParts, "onIncident" | "onTaken"> & {
    readonly store: Database<ServiceProcedures>;
    readonly lifecycle: Lifecycle;
    readonly follower: LogFollower;
  },
): RegisterDesk {
  const { follower, lifecycle, store, ...told } = deps;
  const { client, self } = identity;
  const { dataDir, exchangeUrl } = config;
  const keys = () => client.compromisedKeys;
  const flags = new KeyFlags({ keys, store, clock, timers, logger });
  lifecycle.add({ name: "flags of keys", stop: () => flags.stop() });
  const desk = new RegisterDesk({
    participant: self.participant,
    client,
    keep: (register) => keepRegister(dataDir, register),
    reloadKeys: () => reloadKeys(identity, config),
    own: () => ownIdentity(identity),
    checkOwnEntry: (own) => ownEntryProblem(own, keysOf(identity), clock.now()),
    fetch: exchangeUrl === undefined ? undefined : fetchRegisterFrom(exchangeUrl),
    fetchVersion: exchangeUrl === undefined ? undefined : fetchVersionFrom(exchangeUrl),
    unseenFile: join(dataDir, "register-unseen.txt"),
    followKeys: () => flags.follow(),
    checkLog: (before, next) => follower.check(before, next),
    followLog: (register) => follower.follow(register),
    ...told,
    timers,
    logger,
  });
  lifecycle.add({ name: "register", stop: () => desk.stop() });
  return desk;
}
