import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { type EvidenceContent, type EvidenceSubject, formatEvidenceFile } from "#evidence";
import type { Clock, Transaction } from "#runtime";
import { openStore } from "#store";
import { loadPublicKey, openRegisterOf, rawPublicKey } from "#trust";
import { ExchangePaths } from "./exchange-paths.ts";
import { isThere, rootSignersOf } from "./root-keys.ts";

/** What the store of a gateway answers; its procedures are its own. */
type EvidenceProcedures = {
  evidenceAtRest: (
    tx: Transaction,
    args: { subject: EvidenceSubject },
  ) => Promise<
    | { type: "unknown" | "too-large" | "unsigned" | "not-ready" }
    | { type: "found"; content: Omit<EvidenceContent, "subject" | "madeAtMs" | "rootKeys"> }
  >;
};

const MODULE = new URL("../../../gateway/store.ts", import.meta.url);

/** Which log, and what of it. */
export interface EvidenceBefore {
  /** Folder of the exchange. */
  readonly dataDir: string;
  /** Number of a log that another has succeeded, from 1. */
  readonly log: number;
  readonly subject: EvidenceSubject;
  readonly clock: Clock;
}

/**
 * An evidence file out of the store of a log that has ended, offline, under the newest checkpoint
 * there (TP-EVID-11). The register of today is in it too: it says where that log ended, and which
 * keys were another's. Throws TracepostError DATA_FOLDER for a log that is not there, INPUT_INVALID
 * for what it has not.
 */
export async function evidenceBefore(asked: EvidenceBefore): Promise<Uint8Array> {
  const { clock, dataDir, log, subject } = asked;
  const { exchange, gateway } = new ExchangePaths(dataDir);
  const file = join(gateway.logsBefore, String(log), "gateway.sqlite");
  if (!(await isThere(file))) {
    throw new TracepostError("DATA_FOLDER", `there is no log ${log} that was put aside`, {
      problems: [`${file} is not there`],
      remedy: "See the folders in gateway/logs-before; each has the number of a log.",
    });
  }
  const content = await contentOf(file, subject);
  const { rootPublicKeyFiles } = await rootSignersOf(exchange.rootPublicKeys);
  const roots = await Promise.all(rootPublicKeyFiles.map((one) => loadPublicKey(one)));
  const bytes = await readFile(exchange.register);
  const view = await openRegisterOf(bytes, exchange.register, rootPublicKeyFiles);
  const version = Number(view.version);
  const today = { version, bytes, proof: undefined };
  const isKnown = content.registers.some((one) => one.version >= version);
  return formatEvidenceFile({
    ...content,
    registers: isKnown ? content.registers : [...content.registers, today],
    ...{ subject, madeAtMs: clock.now(), rootKeys: roots.map(rawPublicKey) },
  });
}

async function contentOf(file: string, subject: EvidenceSubject) {
  const place = { kind: "sqlite", file } as const;
  const store = await openStore<EvidenceProcedures>({ place, module: MODULE, readOnly: true });
  try {
    const found = await store.call("evidenceAtRest", { subject });
    if (found.type === "found") return found.content;
    throw new TracepostError("INPUT_INVALID", "that log proves nothing about it", {
      problems: [WHY[found.type]],
      remedy: "Look in another log, or ask for one message with --sender.",
    });
  } finally {
    await store.close();
  }
}

const WHY = {
  unknown: "it is not in the records",
  unsigned: "it stands behind the newest checkpoint",
  "not-ready": "its search was not filled; messages can be asked for one by one",
  "too-large": "it is too much for one file",
} as const;
