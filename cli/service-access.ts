import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import { type ApiAnswer, type ApiCall, type ApiDoor, ApiProblem, askApi } from "#http";
import { CLI_LIMITS } from "#runtime";
import { type ExchangePaths, exchangeStatus, openExchangeFolder } from "../deploy/local/index.ts";
import type { OutputOptions, Terminal } from "./command-result.ts";
import { openExchangePart } from "./exchange-part.ts";
import { checkToken, readTokenFile } from "./token-file.ts";

/**
 * Which service a command talks to, and as whom (TP-CLI-2): one of a data folder on this machine,
 * or one at an address.
 */
export interface ServiceOptions extends OutputOptions {
  readonly data?: string;
  readonly participant?: string;
  readonly gateway?: boolean;
  readonly url?: string;
  readonly user?: string;
  readonly tokenFile?: string;
}

/**
 * Whose door a command uses; `any` leaves it to the caller. A keeper of records is the gateway, or
 * the participant that is named.
 */
export type ServiceKind = "focal-point" | "gateway" | "keeper" | "any";

/** The door of commands about records that are kept, here or there. */
export const KEEPER_DOOR = { kind: "keeper", defaultUser: "person" } as const;

/** A service a command may call. */
export interface ServiceAccess {
  readonly door: ApiDoor;
  /** Where the token of a user of this service is kept unless a file is named. */
  readonly tokenFileOf: (userId: string) => string;
}

/** Gives a command the options that say which service is meant and who asks. */
export function addServiceOptions(command: Command, kind: ServiceKind): void {
  command.option("--data <dir>", "data folder of an exchange that runs on this machine");
  if (kind === "keeper") {
    command.option("--participant <id>", "with --data: its own records, not the gateway's");
  } else if (kind !== "gateway") {
    command.option("--participant <id>", "with --data: the focal point of whom, such as US");
  }
  if (kind === "any") command.option("--gateway", "with --data: the gateway");
  command
    .option("--url <url>", "address of the service, instead of --data")
    .option("--user <id>", "with --data: who asks, by the token that is kept there")
    .option("--token-file <file>", "file with the token of who asks");
}

/** Who asks when nothing else is said. */
export type DefaultUser =
  /** The only user whose token is kept in the data folder. */
  | "person"
  /** The service's own `installation`, who may administer users and nothing else (TP-API-9). */
  | "installation";

/**
 * Finds the service and the token of who asks: `--token-file`, `--user`, the variable
 * TRACEPOST_TOKEN, and what the data folder holds, in this order. Throws TracepostError USAGE for
 * options that do not go together, UNAVAILABLE when the exchange does not run, KEY_FILE for a
 * token that cannot be used.
 */
export async function openService(
  options: ServiceOptions,
  terminal: Terminal,
  { kind, defaultUser }: { readonly kind: ServiceKind; readonly defaultUser: DefaultUser },
): Promise<ServiceAccess> {
  checkTogether(options, kind);
  const tokenFileOf = (userId: string): string => resolve(`${userId}.token`);
  const given = await givenToken(options, terminal);
  if (options.url !== undefined) {
    const url = parseUrl(options.url);
    if (given !== undefined) return { door: { url, token: given }, tokenFileOf };
    throw new TracepostError("USAGE", "It is not said who asks", {
      remedy: "Give --token-file FILE, or set TRACEPOST_TOKEN.",
    });
  }
  const place = await findPlace(options, options.data ?? "");
  return {
    door: {
      url: await addressOf(place),
      token: given ?? (await keptToken(place, options, defaultUser)),
    },
    tokenFileOf: (userId) => place.paths.userToken(place.tokensDir, userId),
  };
}

/** Where the gateway answers, for what is open to everybody. Throws as {@link openService}. */
export async function gatewayAddress(options: ServiceOptions): Promise<string> {
  checkTogether(options, "gateway");
  if (options.url !== undefined) return parseUrl(options.url);
  return await addressOf(await findPlace(options, options.data ?? ""));
}

/** Calls a service and returns the JSON it answers. Throws as {@link askApi}. */
export async function callService<T>(service: ServiceAccess, call: ServiceCall): Promise<T> {
  return (await askService<T>(service, call)).body;
}

/** A call of a service; it waits as long as a command may. */
export type ServiceCall = Omit<ApiCall, "timeoutMs"> & Partial<Pick<ApiCall, "timeoutMs">>;

/** The same as {@link callService}, with the status. */
export async function askService<T>(
  { door }: ServiceAccess,
  call: ServiceCall,
): Promise<ApiAnswer<T>> {
  try {
    return await askApi<T>(door, { timeoutMs: CLI_LIMITS.answerMs, ...call });
  } catch (caught) {
    if (!(caught instanceof ApiProblem) || caught.status !== 401) throw caught;
    const remedy =
      "Give a token that works: --token-file FILE, or --user ID for one kept in the data folder. " +
      "An administrator makes a new one: tracepost user token add ID";
    throw new ApiProblem(caught.status, { ...caught.problem, remedy }, caught.call);
  }
}

/** The options of a command again, for the next command that is proposed. */
export function accessWords(options: ServiceOptions): string {
  const { data, participant, tokenFile, url, user } = options;
  const given = { data, participant, url, user, "token-file": tokenFile };
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${name} ${value}`)
    .join(" ");
}

function checkTogether(options: ServiceOptions, kind: ServiceKind): void {
  const { data, gateway, participant, tokenFile, url, user } = options;
  const wrong = (message: string, remedy: string): never => {
    throw new TracepostError("USAGE", message, { remedy });
  };
  if (data === undefined && url === undefined) {
    wrong("It is not said which service is meant", `Give ${SERVICE_HINTS[kind]}, or --url URL.`);
  }
  if (url !== undefined && [data, participant, gateway, user].some((each) => each !== undefined)) {
    const others = "--data, --participant, --gateway and --user";
    wrong(`--url stands alone: ${others} are for a data folder`, "Leave out one or the other.");
  }
  if (user !== undefined && tokenFile !== undefined) {
    wrong("--user and --token-file both say who asks", "Leave out one of them.");
  }
  if (kind === "gateway" || kind === "keeper" || url !== undefined) return;
  if ((participant === undefined) === (gateway !== true)) {
    wrong("It is not said which service of the exchange is meant", `Give ${SERVICE_HINTS[kind]}.`);
  }
}

const SERVICE_HINTS: Readonly<Record<ServiceKind, string>> = {
  "focal-point": "--data DIR --participant ID",
  gateway: "--data DIR",
  keeper: "--data DIR, with --participant ID for one of those",
  any: "--data DIR with either --participant ID or --gateway",
};

async function givenToken(
  { tokenFile, user }: ServiceOptions,
  terminal: Terminal,
): Promise<string | undefined> {
  if (tokenFile !== undefined) return await readTokenFile(tokenFile);
  if (user !== undefined || terminal.token === undefined) return undefined;
  return checkToken(terminal.token, "TRACEPOST_TOKEN");
}

function parseUrl(text: string): string {
  const url = URL.parse(text);
  const isPlain = url !== null && url.username === "" && url.search === "" && url.hash === "";
  if (isPlain && ["http:", "https:"].includes(url.protocol)) return url.href.replace(/\/+$/u, "");
  throw new TracepostError("USAGE", `--url is no address of a service: ${text}`, {
    remedy: "Give one such as http://127.0.0.1:8080, without user name and query.",
  });
}

/** Where a service of a data folder has its own things. */
interface ServicePlace {
  readonly data: string;
  /** A participant, or undefined for the gateway. */
  readonly participant: string | undefined;
  readonly paths: ExchangePaths;
  readonly apiToken: string;
  readonly tokensDir: string;
}

async function findPlace({ participant }: ServiceOptions, data: string): Promise<ServicePlace> {
  if (participant !== undefined) {
    const part = await openExchangePart(data, participant);
    return { data, participant, paths: part.paths, ...part.participant };
  }
  const { paths } = await openExchangeFolder(resolve(data));
  return { data, participant, paths, ...paths.gateway };
}

async function addressOf({ data, participant, paths }: ServicePlace): Promise<string> {
  const found = await exchangeStatus(paths.dataDir);
  if (found.kind === "running") {
    const { gateway, participants } = found.state;
    const url = participant === undefined ? gateway.url : (participants[participant]?.url ?? "");
    if (url !== "") return url;
  }
  throw new TracepostError("UNAVAILABLE", `The exchange in ${data} does not run`, {
    remedy: `Start it: tracepost exchange up --data ${data} --detach`,
  });
}

async function keptToken(
  place: ServicePlace,
  { user }: ServiceOptions,
  defaultUser: DefaultUser,
): Promise<string> {
  if (user === undefined && defaultUser === "installation") {
    return await readTokenFile(place.apiToken);
  }
  const kept = await keptUsers(place.tokensDir);
  const asked = user ?? (kept.length === 1 ? kept[0] : undefined);
  if (asked !== undefined && kept.includes(asked)) {
    return await readTokenFile(place.paths.userToken(place.tokensDir, asked));
  }
  const target =
    place.participant === undefined ? "--gateway" : `--participant ${place.participant}`;
  const message = user === undefined ? "It is not said who asks" : `No token of ${user} is kept`;
  const choice =
    kept.length === 0
      ? "No token of a user is kept here."
      : `Say who: --user ${kept.join(" or --user ")}.`;
  throw new TracepostError("USAGE", message, {
    remedy: `${choice} A new user: tracepost user add ID --data ${place.data} ${target} …`,
  });
}

async function keptUsers(tokensDir: string): Promise<string[]> {
  const files = await readdir(tokensDir).catch(() => []);
  return files
    .filter((name) => name.endsWith(".token"))
    .map((name) => name.slice(0, -".token".length))
    .toSorted();
}
