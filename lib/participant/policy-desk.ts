import type { KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Refusal, refuse, TracepostError } from "#errors";
import {
  CurrentPolicy,
  defaultPolicy,
  openPolicy,
  parsePolicyFile,
  type VerifiedPolicy,
} from "#policy";
import { checkPolicyEvidence, type PolicyOffer, type PolicyTaker } from "#post";
import type { Logger } from "#runtime";
import { majority, type RegisterClient, type RootSigners, writePublic } from "#trust";
import { equalBytes, sha256 } from "#wire";
import type { FetchPolicy } from "./fetch-signed.ts";

/** What the policy of a participant is kept with. */
export interface PolicyDeskParts {
  /** Folder in which what was taken is kept. */
  readonly dataDir: string;
  /** Whose root keys sign policies: those of today; those of before, what was taken then. */
  readonly client: Pick<RegisterClient, "current" | "rootKeys" | "rootKeysEver">;
  /** Fetches what is in force at the exchange; default: it is waited for. */
  readonly fetch?: FetchPolicy | undefined;
  readonly logger: Logger;
}

/**
 * The routing policy that a participant judges by before it sends (TP-POLICY-9): the newest that
 * the exchange has handed on or that was fetched, each verified here and kept on disk before it is
 * in use; before the first one the default policy. What the gateway decides holds, whatever this
 * says.
 */
export class PolicyDesk implements PolicyTaker {
  readonly #parts: PolicyDeskParts;
  readonly #current: CurrentPolicy;
  #bytes: Uint8Array | undefined;
  #working: Promise<unknown> = Promise.resolve();
  #fetching = false;

  private constructor(parts: PolicyDeskParts, kept: VerifiedPolicy | undefined) {
    this.#parts = parts;
    this.#current = new CurrentPolicy(kept?.policy ?? defaultPolicy());
    this.#bytes = kept?.bytes;
  }

  /**
   * Opens it on what was kept. A file that no longer verifies is said and passed over: the gateway
   * decides, and hands the policy in force on again.
   */
  static async open(parts: PolicyDeskParts): Promise<PolicyDesk> {
    return new PolicyDesk(parts, await readKept(parts));
  }

  /** The policy to judge by now. */
  readonly view = () => this.#current.view();

  async take(offer: PolicyOffer): Promise<Refusal | undefined> {
    return await this.#offer(offer);
  }

  noteNewer(version: bigint): void {
    const { fetch, logger } = this.#parts;
    if (version <= this.view().version || this.#fetching || fetch === undefined) return;
    this.#fetching = true;
    this.#fetchNow(fetch)
      .catch((caught: unknown) => logger.warn({ err: caught }, "no policy could be fetched"))
      .finally(() => {
        this.#fetching = false;
      });
  }

  /** Waits for what is being taken. */
  async stop(): Promise<void> {
    await this.#working.catch(() => undefined);
  }

  async #fetchNow(fetch: FetchPolicy): Promise<void> {
    const offer = await fetch();
    if (offer === undefined) return;
    const refusal = await this.#offer(offer);
    if (refusal === undefined) return;
    const { code, detail, field } = refusal;
    throw new TracepostError("VERIFICATION", `the policy fetched is refused: ${field} ${detail}`, {
      problems: [code],
    });
  }

  /** One at a time: two of them must not overtake each other between disk and use. */
  async #offer(offer: PolicyOffer): Promise<Refusal | undefined> {
    const done = this.#working.catch(() => undefined).then(() => this.#takeNow(offer));
    this.#working = done;
    return await done;
  }

  async #takeNow({ evidence, policy: bytes }: PolicyOffer): Promise<Refusal | undefined> {
    const { client, dataDir, logger } = this.#parts;
    const parsed = parsePolicyFile(bytes);
    if (!parsed.ok) return parsed.refusal;
    const { version } = parsed.value.version;
    const before = this.view().version;
    // What was handed on before may come again, and late.
    if (version < before) return undefined;
    if (version === before) return this.#compare(bytes, version);
    // A root key that was removed signs nothing that is taken from then on (TP-KEY-3).
    const opened = openPolicy(bytes, signersOf(client, client.rootKeys));
    if (!opened.ok) return opened.refusal;
    const proven = checkPolicyEvidence(evidence, sha256(bytes), client.current.view());
    if (!proven.ok) return proven.refusal;
    await writePublic(keptFile(dataDir), bytes);
    this.#bytes = bytes;
    this.#current.replace(opened.value.policy);
    logger.info({ version: String(version) }, "a new routing policy is in use");
    return undefined;
  }

  #compare(bytes: Uint8Array, version: bigint): Refusal | undefined {
    if (this.#bytes !== undefined && equalBytes(bytes, this.#bytes)) return undefined;
    return refuse("NOT_PERMITTED", "policy.version", `is another policy ${version} than ours`);
  }
}

/** File of the newest policy that was taken. */
function keptFile(dataDir: string): string {
  return join(dataDir, "policy-taken.bin");
}

/** As many of some keys as are more than half of the root keys of today. */
function signersOf(
  { rootKeys }: PolicyDeskParts["client"],
  keys: readonly KeyObject[],
): RootSigners {
  return { keys, threshold: majority(rootKeys.length) };
}

/** What was taken may be signed by root keys of before, and stays in use (TP-KEY-3). */
async function readKept(parts: PolicyDeskParts): Promise<VerifiedPolicy | undefined> {
  const { client, dataDir, logger } = parts;
  const file = keptFile(dataDir);
  const bytes = await readFile(file).catch((caught: NodeJS.ErrnoException) => {
    if (caught.code === "ENOENT") return undefined;
    throw new TracepostError("VERIFICATION", `${file} cannot be read`, { cause: caught });
  });
  if (bytes === undefined) return undefined;
  const opened = openPolicy(bytes, signersOf(client, client.rootKeysEver));
  if (opened.ok) return opened.value;
  const { code, detail, field } = opened.refusal;
  logger.error({ file, code, field, detail }, "the policy kept here does not verify");
  return undefined;
}
