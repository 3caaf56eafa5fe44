import type { Command } from "commander";
import { FAULTS } from "#errors";
import { printable, TIMESTAMP_LIMITS } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceAccess,
  type ServiceOptions,
} from "../service-access.ts";

const LIST_HELP = `
Shows which authorities outside the exchange have time-stamped checkpoints of the log, the newest first:
every entry before the size of a checkpoint existed by that time. --json has checkpoints, tokens and root
certificates, which other programs verify too, such as openssl ts -verify.

Example:
  tracepost log stamps --data exchange
`;

const ASK_HELP = `
Asks every time-stamping authority that the gateway's configuration names for a time-stamp on the newest
cosigned checkpoint, whether or not one is due. They see a digest, and nothing else. Exit code 6 when none
of them gave one that counts.

Example:
  tracepost log stamp --data exchange
`;

interface StampLine {
  readonly logIndex: number;
  readonly url: string;
  readonly stampedAt: string;
  readonly size: number;
}

interface Asked {
  readonly url: string;
  readonly type: "stamped" | "nothing-new" | "refused";
  readonly size?: number;
  readonly stampedAt?: string;
  readonly why?: string;
}

/** Adds `log stamps` and `log stamp` (TP-STAMP-6). */
export function addLogStamps(parent: Command, terminal: Terminal): void {
  const list = parent
    .command("stamps")
    .description("list the time-stamps of authorities outside on checkpoints");
  addServiceOptions(list, "gateway");
  list.addHelpText("after", LIST_HELP);
  addAction<ServiceOptions>(list, terminal, async (options) => {
    return await show(await open(options, terminal));
  });
  const ask = parent
    .command("stamp")
    .description("ask the authorities that are configured for a time-stamp, now");
  addServiceOptions(ask, "gateway");
  ask.addHelpText("after", ASK_HELP);
  addAction<ServiceOptions>(ask, terminal, async (options) => {
    return await askNow(await open(options, terminal));
  });
}

async function open(options: ServiceOptions, terminal: Terminal): Promise<ServiceAccess> {
  return await openService(options, terminal, { kind: "gateway", defaultUser: "person" });
}

async function show(service: ServiceAccess): Promise<CommandResult> {
  const limit = String(TIMESTAMP_LIMITS.pageMax);
  const path = `/v1/log/timestamps?${new URLSearchParams({ limit })}`;
  const found = await callService<{
    readonly authorities: readonly string[];
    readonly timestamps: readonly StampLine[];
    readonly next?: string;
  }>(service, { path });
  const { authorities, next, timestamps } = found;
  const asked =
    authorities.length === 0
      ? "No authority is configured: checkpoints are not time-stamped."
      : `Asked: ${authorities.join(", ")}`;
  const lines = timestamps.map(({ logIndex, size, stampedAt, url }) => {
    return `${stampedAt}  the first ${size} entries, by ${url}, entry ${logIndex}`;
  });
  const more = next === undefined ? [] : ["There are older ones."];
  return { json: found, lines: [asked, ...lines, ...more].map(printable) };
}

async function askNow(service: ServiceAccess): Promise<CommandResult> {
  const call = { method: "POST", path: "/v1/log/timestamps", body: {} } as const;
  const found = await callService<{ readonly asked: readonly Asked[] }>(service, call);
  const { asked } = found;
  const isRefused = asked.every(({ type }) => type === "refused");
  return {
    json: found,
    lines: asked.length === 0 ? ["No authority is configured."] : asked.map(askedLine),
    exitCode: isRefused ? FAULTS.VERIFICATION.exitCode : 0,
  };
}

function askedLine({ size, stampedAt, type, url, why }: Asked): string {
  switch (type) {
    case "stamped":
      return printable(`${url}: the first ${size} entries existed by ${stampedAt}`);
    case "nothing-new":
      return printable(`${url}: nothing was recorded since its newest time-stamp`);
    case "refused":
      return printable(`${url}: no time-stamp that counts: ${why}`);
    default:
      return type satisfies never;
  }
}
