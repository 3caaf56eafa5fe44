import type { Command } from "commander";
import { TracepostError } from "#errors";
import { KeyPurpose, type LogKey } from "#proto";
import { systemClock } from "#runtime";
import {
  exchangeKey,
  generateLogKey,
  generateSigningKey,
  type RegisterChange,
  type RegisterContent,
  type RevocationOrder,
  revokedKeys,
  saveSigningKey,
} from "#trust";
import { toTimestamp } from "#wire";
import { registeredLogKey } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { parseMoment } from "../parse-option.ts";
import { changeDraft, type DraftOptions, reportLines } from "../register-files.ts";
import {
  addRevocationOptions,
  type RevocationOptions,
  revocationOrder,
} from "../revocation-order.ts";

interface KeyOptions extends OutputOptions, DraftOptions, RevocationOptions {
  readonly receipt?: string;
  readonly checkpoint?: string;
  readonly freshness?: string;
  readonly log?: string;
  readonly from?: number;
}

const PURPOSES = {
  receipt: KeyPurpose.RECEIPT,
  checkpoint: KeyPurpose.CHECKPOINT,
  freshness: KeyPurpose.FRESHNESS,
} as const;

const HELP = `
At the gateway: makes its next keys and puts their public halves in a draft; the private ones stay in
the file that is named. A file receipt-….key or checkpoint-….key in the gateway's folder of keys signs
from --from on, beside the one before; log-ml-dsa-44-….key from the version that names it on. Or revokes
keys, which stay in the register for what they signed.

Examples:
  tracepost register exchange-key --draft next.bundle --receipt keys/receipt-2.key \\
    --checkpoint keys/checkpoint-2.key --from 2027-01-01T00:00:00Z
  tracepost register exchange-key --draft next.bundle --revoke 5f0c1a2b3c4d5e6f708192a3b4c5d6e7
`;

/** Adds `register exchange-key`: keys of the gateway and of freshness (TP-KEY-2). */
export function addRegisterExchangeKey(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("exchange-key")
    .description("make or revoke keys of the gateway and of freshness, in a draft")
    .requiredOption("--draft <file>", "draft of the next version")
    .option("--receipt <file>", "where to write the next key that signs receipts")
    .option("--checkpoint <file>", "where to write the next key that signs checkpoints")
    .option("--freshness <file>", "where to write the next key that signs freshness")
    .option("--log <file>", "where to write the log's next ML-DSA-44 key")
    .option("--from <time>", "when the new keys begin (ISO 8601)", parseMoment);
  addRevocationOptions(command)
    .option("--dry-run", "show what would change, write nothing")
    .addHelpText("after", HELP);
  addAction<KeyOptions>(command, terminal, changeKeys);
}

async function changeKeys(options: KeyOptions): Promise<CommandResult> {
  const { revoke = [] } = options;
  const nowMs = systemClock.now();
  const order = revocationOrder(options, nowMs);
  const fromMs = Math.max(options.from ?? nowMs, nowMs);
  const made = (Object.keys(PURPOSES) as (keyof typeof PURPOSES)[]).flatMap((name) => {
    const file = options[name];
    return file === undefined ? [] : [{ name, file, pair: generateSigningKey() }];
  });
  const log = options.log === undefined ? undefined : { file: options.log, pair: generateLogKey() };
  if (made.length + revoke.length === 0 && log === undefined) {
    throw new TracepostError("USAGE", "It is not said which keys change", {
      remedy: "Give --receipt, --checkpoint, --freshness or --log with a file, or --revoke KEY-ID.",
    });
  }
  // First the files: a key that is announced and that nobody has could sign nothing.
  if (options.dryRun !== true) {
    for (const { file, pair } of made) await saveSigningKey(file, pair);
    if (log !== undefined) await saveSigningKey(log.file, log.pair);
  }
  const keys = made.map(({ name, pair }) => exchangeKey(pair, PURPOSES[name], fromMs));
  const logKeys = log === undefined ? [] : [registeredLogKey(log.pair, fromMs)];
  const change = (content: RegisterContent) => changeOf(content, { keys, logKeys }, revoke, order);
  const report = await changeDraft(options, change, nowMs);
  const all = log === undefined ? made : [...made, { name: "log", ...log }];
  const files = all.map(({ file, name, pair }) => ({ purpose: name, keyId: pair.keyId, file }));
  return { json: { ...report, made: files }, lines: reportLines(report) };
}

function changeOf(
  { manifest: { manifest } }: RegisterContent,
  added: {
    readonly keys: readonly ReturnType<typeof exchangeKey>[];
    readonly logKeys: readonly LogKey[];
  },
  revoke: readonly string[],
  order: RevocationOrder,
): RegisterChange {
  const { freshnessKeys, gatewayKeys, logKeys } = manifest;
  const known = [...freshnessKeys, ...gatewayKeys, ...logKeys].map(({ keyId }) => keyId);
  const unknown = revoke.find((keyId) => !known.includes(keyId));
  if (unknown !== undefined) {
    throw new TracepostError("USAGE", `${unknown} is no key of the exchange in this draft`, {
      remedy: "A participant's key is revoked with tracepost participant rotate-key.",
    });
  }
  const isFreshness = (key: { purpose: KeyPurpose }): boolean =>
    key.purpose === KeyPurpose.FRESHNESS;
  return {
    freshnessKeys: [
      ...revokedKeys(freshnessKeys, revoke, order),
      ...added.keys.filter(isFreshness),
    ],
    gatewayKeys: [
      ...revokedKeys(gatewayKeys, revoke, order),
      ...added.keys.filter((key) => !isFreshness(key)),
    ],
    logKeys: [
      ...logKeys.map((key) =>
        revoke.includes(key.keyId) && key.revokedAt === undefined
          ? { ...key, revokedAt: toTimestamp(order.atMs) }
          : key,
      ),
      ...added.logKeys,
    ],
  };
}
