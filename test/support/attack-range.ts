import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { connectBus } from "#bus";
import type { ApiDoor } from "#http";
import type { RefusalCode } from "#proto";
import { createLogger, systemClock, systemTimers } from "#runtime";
import { openSqliteStore } from "#store";
import {
  createSealer,
  createSigner,
  loadRegister,
  loadSealingKey,
  loadSigningKey,
  PAYLOAD_TYPES,
  type RegisterView,
  type Sealer,
} from "#trust";
import { headerDigest, refusalNameOf, sha256, type Transport } from "#wire";
import type { ParticipantSpec } from "../../deploy/local/index.ts";
import { readStart as readGatewayStart } from "../../gateway/config.ts";
import { startGateway } from "../../gateway/gateway.ts";
import { headerBytesIn } from "../../gateway/message-reference.ts";
import type { GatewayProcedures } from "../../gateway/store.ts";
import { readStart as readFocalPointStart } from "../../services/focal-point/config.ts";
import { startFocalPoint } from "../../services/focal-point/focal-point.ts";
import type { FocalPointProcedures } from "../../services/focal-point/store.ts";
import { HostileParticipant } from "./hostile-participant.ts";
import { startTestCarrier, type TestCarrier } from "./nats-carrier.ts";
import { readRows } from "./stored-post.ts";

/** What the gateway keeps of bytes it refused: a code, and the field that is wrong. */
export interface KeptRefusal {
  readonly code: string;
  readonly field: string;
}

/**
 * A real server, a real gateway and the real focal point of one State, in this process; everybody
 * else has credentials and keys, and no software of ours.
 */
export interface AttackRange {
  readonly carrier: TestCarrier;
  readonly register: RegisterView;
  readonly sealer: Sealer;
  /** A participant that does what it likes. */
  hostile(id: string): Promise<HostileParticipant>;
  /** Identities that open what is sealed to a participant. */
  identities(id: string): Promise<readonly string[]>;
  /** What the gateway has kept of these bytes, once it has decided; "" codes when it took them. */
  keptOf(data: Uint8Array): Promise<KeptRefusal | undefined>;
  /** The door of the receiving focal point, as its administrator enters it. */
  readonly door: ApiDoor;
  /** Rows of the store of the gateway or of the receiving focal point. */
  rows<R>(of: "gateway" | "receiver", sql: string, ...params: (string | number)[]): Promise<R[]>;
  stop(): Promise<void>;
}

/** How the receiver reaches the hub; default: as everybody does. */
export interface RangeOptions {
  /** Where the hub waits for leafs. */
  readonly leafPort?: number;
  /** Where the receiver's service finds its server; the hub runs by then. */
  readonly receiverUrl?: (carrier: TestCarrier) => Promise<string>;
}

/** Opens one; the first of the States is the one that receives. */
export async function openAttackRange(
  ids: readonly string[],
  changes: Readonly<Record<string, Partial<ParticipantSpec>>> = {},
  around: RangeOptions = {},
): Promise<AttackRange> {
  const [receiver = ""] = ids;
  const { leafPort, receiverUrl } = around;
  const more = leafPort === undefined ? {} : { leafPort };
  const carrier = await startTestCarrier(ids, { changes, ...more });
  const { paths } = carrier;
  const logger = createLogger({ name: "range", level: "silent" });
  const closing: (() => Promise<unknown>)[] = [() => carrier.stop()];
  const own = paths.participant(receiver);
  const register = await loadRegister(own.register, [own.rootPublicKey]);
  const sealer = createSealer();
  closing.push(() => sealer.close());
  const connectAs = (user: string, credsFile: string, servers = carrier.url): Promise<Transport> =>
    connectBus({
      servers,
      credsFile,
      name: `range.${user}`,
      inboxPrefix: `_I.${user}`,
      logger,
    });
  const gatewayConfig = (await readGatewayStart(["--config", paths.gateway.config], {})).config;
  const gatewayFile = join(gatewayConfig.dataDir, "gateway.sqlite");
  const gateway = await startGateway({
    config: gatewayConfig,
    logger,
    clock: systemClock,
    place: { kind: "sqlite", file: gatewayFile },
    openStore: () =>
      openSqliteStore<GatewayProcedures>({
        file: gatewayFile,
        module: new URL("../../gateway/store.ts", import.meta.url),
      }),
    connect: () => connectAs("gateway", gatewayConfig.credsFile),
  });
  closing.push(() => gateway.stop());
  const { config } = await readFocalPointStart(["--config", own.config], {});
  const focalPoint = await startFocalPoint({
    // An officer who never answers: nothing but what was sent to it happens at this State.
    config: { ...config, answering: "officer" },
    logger,
    clock: systemClock,
    timers: systemTimers,
    openStore: (file) =>
      openSqliteStore<FocalPointProcedures>({
        file,
        module: new URL("../../services/focal-point/store.ts", import.meta.url),
      }),
    connect: async () => connectAs(receiver, config.credsFile, await receiverUrl?.(carrier)),
  });
  closing.push(() => focalPoint.stop());
  const files = {
    gateway: join(gatewayConfig.dataDir, "gateway.sqlite"),
    receiver: join(config.dataDir, "focal-point.sqlite"),
  };
  return {
    carrier,
    register,
    sealer,
    hostile: async (id) => {
      const key = await loadSigningKey(paths.participant(id).headerKey);
      const signer = createSigner(key, PAYLOAD_TYPES.header);
      const participant = new HostileParticipant({
        party: { id, key, signer },
        register,
        sealer,
        connection: await carrier.raw(id, id),
        transport: await carrier.bus(id),
      });
      await participant.listen();
      closing.push(() => participant.stop());
      return participant;
    },
    identities: async (id) => [(await loadSealingKey(paths.participant(id).sealingKey)).identity],
    keptOf: (data) => keptRefusal(files.gateway, data),
    door: { url: focalPoint.url, token: (await readFile(own.apiToken, "utf8")).trim() },
    rows: (of, sql, ...params) => readRows(files[of], (all) => all(sql, ...params)),
    stop: async () => {
      for (const close of closing.toReversed()) await close();
    },
  };
}

/** A refusal lies in quarantine under the bytes, or in the records under the header. */
async function keptRefusal(file: string, data: Uint8Array): Promise<KeptRefusal | undefined> {
  return await readRows(file, async (all) => {
    const header = headerDigest(headerBytesIn(data));
    const [row] = await all<{ code: number; field: string }>(
      `SELECT code, field FROM quarantine WHERE digest = ?
       UNION ALL SELECT code, field FROM messages WHERE header_digest = ?`,
      sha256(data),
      header,
    );
    if (row === undefined) return undefined;
    return { code: refusalNameOf(row.code as RefusalCode) ?? "", field: row.field };
  });
}
