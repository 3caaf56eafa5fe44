import { resolve } from "node:path";
import type { Command } from "commander";
import { authorizeHeader, type RoutingPolicy } from "#policy";
import { Header, RefusalCode } from "#proto";
import type { SqlRow } from "#runtime";
import { readerOf, type StoreReader } from "#store";
import type { RegisterView } from "#trust";
import { refusalNameOf } from "#wire";
import { ExchangePaths, gatewayPlace, rootSignersOf } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { KeptRegisters } from "../policy/kept-registers.ts";
import { readPolicy, registerOfFolder } from "../policy/policy-source.ts";

const HELP = `
Replays what the gateway has recorded, read-only, under another policy and, of each decision, the version
of the register it was made under: which messages it would have taken and did not, and the other way
round. Decisions of other steps (signatures, moves of a case) are left out. Where a version of the register
is no longer kept, the one of the folder is used, and counted.

Example:
  tracepost policy simulate draft.cedar --data exchange
`;

/** Rows read at a time. */
const PAGE_ROWS = 1_000;
/** Changed decisions shown; all are counted. */
const SHOWN = 20;

/** Outcomes of the step that asks the policy; the others are decided before or after it. */
const ROUTING_CODES: readonly RefusalCode[] = [
  RefusalCode.UNSPECIFIED,
  RefusalCode.NOT_PERMITTED,
  RefusalCode.NOT_BOUND_BY_INSTRUMENT,
  RefusalCode.PUBLIC_SCOPE_FORBIDDEN,
  RefusalCode.CLASSIFICATION_TOO_HIGH,
  RefusalCode.RECIPIENT_UNKNOWN,
  RefusalCode.RECIPIENT_SUSPENDED,
  RefusalCode.RECIPIENT_REMOVED,
];

interface SimulateOptions extends OutputOptions {
  readonly data: string;
}

interface Row extends SqlRow {
  id: number;
  sender: string;
  message_id: string;
  header: Uint8Array;
  code: RefusalCode;
  recorded_at: number;
  register_version: number;
  policy_version: number;
}

/** A decision that would have been another. */
interface Changed {
  readonly sender: string;
  readonly messageId: string;
  readonly recordedAt: string;
  readonly was: string;
  readonly wouldBe: string;
  readonly reason: string;
  readonly registerVersion: number;
  readonly policyVersion: number;
}

/** Adds `policy simulate`: old decisions under another policy (TP-POLICY-8). */
export function addPolicySimulate(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("simulate")
    .description("replay recorded decisions under another policy")
    .argument("<policy>", "a .cedar text, a policy file, or default")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .addHelpText("after", HELP);
  addAction<SimulateOptions>(command, terminal, runSimulate);
}

async function runSimulate({ data }: SimulateOptions, source = ""): Promise<CommandResult> {
  const policy = await readPolicy(source);
  const today = await registerOfFolder(data);
  const paths = new ExchangePaths(resolve(data));
  const { exchange } = paths;
  const { rootPublicKeyFiles } = await rootSignersOf(exchange.rootPublicKeys);
  const reader = readerOf(await gatewayPlace(paths));
  try {
    const registers = new KeptRegisters(reader, rootPublicKeyFiles);
    const replayed = await replay(reader, { policy, registers, today });
    return resultOf(replayed);
  } finally {
    reader.close();
  }
}

function resultOf({ changed, elsewhere, replayed, total, versions }: Replayed): CommandResult {
  const lines = changed.map(
    (one) =>
      `${one.recordedAt} ${one.sender} ${one.messageId}: ${one.was}, would be ${one.wouldBe}`,
  );
  const note = `${elsewhere} of them under the register of the folder: theirs is not kept.`;
  const registerVersions = [...versions].toSorted((one, other) => one - other);
  return {
    json: {
      ...{ replayed, changed: total, registerVersions },
      ...{ underAnotherRegister: elsewhere, first: changed },
    },
    lines: [
      ...lines,
      `${replayed} decisions replayed, ${total} would be another.`,
      ...(elsewhere === 0 ? [] : [note]),
    ],
  };
}

/** What decisions are replayed with. */
interface Replay {
  readonly policy: RoutingPolicy;
  readonly registers: KeptRegisters;
  /** For decisions whose register is no longer kept. */
  readonly today: RegisterView;
}

interface Replayed {
  /** The first of those that would be another. */
  readonly changed: readonly Changed[];
  readonly replayed: number;
  readonly total: number;
  /** Decisions whose register is no longer kept. */
  readonly elsewhere: number;
  /** Versions of the register that the others were replayed under. */
  readonly versions: ReadonlySet<number>;
}

async function replay(reader: StoreReader, under: Replay): Promise<Replayed> {
  const changed: Changed[] = [];
  const versions = new Set<number>();
  let [after, replayed, total, elsewhere] = [0, 0, 0, 0];
  for (;;) {
    const rows = await reader.read((tx) =>
      tx.all<Row>(
        `SELECT id, sender, message_id, header, code, recorded_at, register_version, policy_version
         FROM messages WHERE id > ? ORDER BY id LIMIT ?`,
        after,
        PAGE_ROWS,
      ),
    );
    for (const row of rows) {
      after = row.id;
      if (!ROUTING_CODES.includes(row.code)) continue;
      replayed += 1;
      const register = await under.registers.load(row.register_version);
      if (register === undefined) elsewhere += 1;
      else versions.add(row.register_version);
      const one = await judge(row, under, register ?? under.today);
      if (one === undefined) continue;
      total += 1;
      if (changed.length < SHOWN) changed.push(one);
    }
    if (rows.length < PAGE_ROWS) return { changed, replayed, total, elsewhere, versions };
  }
}

async function judge(
  row: Row,
  { policy, registers }: Replay,
  register: RegisterView,
): Promise<Changed | undefined> {
  const { recorded_at: atMs } = row;
  const header = Header.decode(row.header);
  // A group was expanded by the version that the header names.
  if (header.addressedGroup !== "") await registers.load(Number(header.registerVersion));
  const earlier = (version: bigint) => registers.at(version);
  const outcome = authorizeHeader(header, { register, policy, earlier }, atMs);
  const was = refusalNameOf(row.code) ?? "accepted";
  const wouldBe = outcome.ok ? "accepted" : outcome.refusal.code;
  if (was === wouldBe) return undefined;
  return {
    sender: row.sender,
    messageId: row.message_id,
    recordedAt: new Date(atMs).toISOString(),
    was,
    wouldBe,
    reason: outcome.ok ? "" : outcome.refusal.detail,
    registerVersion: row.register_version,
    policyVersion: row.policy_version,
  };
}
