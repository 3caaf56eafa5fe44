import { isIP, isIPv6 } from "node:net";
import { Type } from "typebox";
import { TracepostError } from "#errors";
import { printable } from "#runtime";
import { isParticipantId } from "#wire";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { readPlan, writePlan } from "../folder/plan-files.ts";

/** Names everything answers to on its own machine. */
const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "::1"];
/** A host name of at most 253 characters; labels as RFC 1123 has them. */
const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/u;

const PlanSchema = Type.Object(
  {
    /** Names of whoever answers, besides those of loopback; `hub` for the hub's own. */
    names: Type.Record(Type.String(), Type.Array(Type.String())),
    /** Whether the key of the authority lies in the folder, or is given each time. */
    authority: Type.Enum(["own", "given"]),
  },
  { additionalProperties: false },
);

/** How the processes of an exchange prove to each other who they are. */
export type TransportPlan = Type.Static<typeof PlanSchema>;

/** Holder of names that nats-server, gateway and steward share. */
export const HUB = "hub";

/** A name something answers under, and what. */
export interface HostName {
  /** {@link HUB}, or a participant id. */
  readonly holder: string;
  readonly name: string;
}

/**
 * Reads `NAME`, for the hub, or `ID=NAME`, for the door of a participant. Throws TracepostError
 * USAGE for what is no host name and no IP address.
 */
export function parseHostName(text: string): HostName {
  const [, holder = HUB, given = ""] = /^(?:([^=]*)=)?(.*)$/su.exec(text) ?? [];
  const name = shortAddress(given.toLowerCase());
  const isName = isIP(name) !== 0 || HOST_NAME.test(name);
  if (isName && (holder === HUB || isParticipantId(holder))) return { holder, name };
  throw new TracepostError("USAGE", `--host names no host: ${printable(text)}`, {
    remedy: "Write hub.example.org or 192.0.2.7, or NE=desk.example.org for a participant's door.",
  });
}

/** An IPv6 address as certificates tell it. */
function shortAddress(name: string): string {
  return isIPv6(name) ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}

/** Names by their holder, as a plan has them. */
export function namesByHolder(hosts: readonly HostName[]): TransportPlan["names"] {
  const names: Record<string, string[]> = {};
  for (const { holder, name } of hosts) {
    names[holder] = [...new Set([...(names[holder] ?? []), name])];
  }
  return names;
}

/** A plan with further names. */
export function withNames(plan: TransportPlan, hosts: readonly HostName[]): TransportPlan {
  const old = Object.entries(plan.names).flatMap(([holder, names]) =>
    names.map((name) => ({ holder, name })),
  );
  return { ...plan, names: namesByHolder([...old, ...hosts]) };
}

/** Names a server has in its certificate. */
export function namesOf({ names }: TransportPlan, holder: string): string[] {
  return [...new Set([...(names[holder] ?? []), ...LOOPBACK_NAMES])];
}

/** Writes it; from then on the exchange counts as one with certificates. */
export async function writeTransportPlan(paths: ExchangePaths, plan: TransportPlan): Promise<void> {
  await writePlan(paths.tls.plan, plan);
}

/** Reads it; undefined for an exchange that speaks plain TCP on loopback. */
export async function readTransportPlan(paths: ExchangePaths): Promise<TransportPlan | undefined> {
  return await readPlan(PlanSchema, paths.tls.plan);
}
