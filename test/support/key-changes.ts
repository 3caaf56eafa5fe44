import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addUserOnce, issueToken } from "#http";
import { addPolicySignature, draftPolicy } from "#policy";
import { KeyStatement, RegisterEntry, SignedKeyStatement } from "#proto";
import { loadSigningKey, parseRegisterBundle } from "#trust";
import { toTimestamp } from "#wire";
import { type RunningExchange, writePrivateFile } from "../../deploy/local/index.ts";
import { tracepostHere } from "./in-process.ts";

const TIMEOUT_MS = 20_000;
const USER = "secretariat";

/** Which keys of a participant are made anew. */
export type KeyKind = "header" | "sealing" | "identity";

/**
 * Changes keys of an exchange that runs, as secretariat, root holders, participants and operator
 * do: each step is the command that does it (TP-KEY-1).
 */
export class KeyChanges {
  readonly #exchange: RunningExchange;
  readonly #dir: string;
  /** Private root keys that sign the next version, and the public ones a newcomer is given. */
  #holders: readonly string[];
  readonly #given: readonly string[];
  #made = 1;
  #version = 1n;
  #published = { begunAtMs: 0, doneAtMs: 0 };

  private constructor(exchange: RunningExchange, dir: string) {
    const { rootKeys, rootPublicKeys } = exchange.paths.exchange;
    this.#exchange = exchange;
    this.#dir = dir;
    this.#holders = rootKeys;
    this.#given = rootPublicKeys;
  }

  /** Adds who publishes, with a token kept in the gateway's folder. */
  static async open(exchange: RunningExchange): Promise<KeyChanges> {
    const { gateway, paths } = exchange;
    const token = (await readFile(paths.gateway.apiToken, "utf8")).trim();
    const admin = { url: gateway.url, token };
    const roles = ["GATEWAY_OPERATOR"] as const;
    await addUserOnce(
      admin,
      { userId: USER, name: "The secretariat (made up)", roles },
      TIMEOUT_MS,
    );
    const own = await issueToken(admin, USER, { label: "test", timeoutMs: TIMEOUT_MS });
    const dir = await mkdtemp(join(tmpdir(), "tracepost-keys-"));
    await writeFile(join(dir, "secretariat.token"), own, { mode: 0o600 });
    return new KeyChanges(exchange, dir);
  }

  /** Version published last. */
  get version(): bigint {
    return this.#version;
  }

  /** When the last publication was handed over, and when the gateway had it in force. */
  get published(): { readonly begunAtMs: number; readonly doneAtMs: number } {
    return this.#published;
  }

  async close(): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** New keys of a participant, beside those it has. */
  async renew(id: string, ...kinds: readonly KeyKind[]): Promise<void> {
    const [before, after] = [this.#file("statement"), this.#file("statement")];
    await writeFile(before, SignedKeyStatement.encode(await this.statementOf(id)).finish());
    const { keysDir } = this.#exchange.paths.participant(id);
    const which = ["--unprotected", ...kinds.map((kind) => `--${kind}`)];
    await this.#run(
      "participant",
      "request",
      id,
      "--keys-dir",
      keysDir,
      "--after",
      before,
      "--out",
      after,
      ...which,
    );
    await this.#publish((draft) => [
      ["participant", "rotate-key", id, "--keys", after, "--draft", draft],
    ]);
  }

  /** Revokes keys of a participant. */
  async revoke(id: string, keyIds: readonly string[], ...more: readonly string[]): Promise<void> {
    await this.#publish((draft) => [
      ["participant", "rotate-key", id, "--draft", draft, ...more, "--revoke", ...keyIds],
    ]);
  }

  /** New keys of the exchange itself, beside those it has. */
  async renewExchange(): Promise<void> {
    const { keysDir } = this.#exchange.paths.gateway;
    const n = this.#made;
    const files = ["receipt", "checkpoint"].flatMap((name) => {
      return [`--${name}`, join(keysDir, `${name}-${n}.key`)];
    });
    const freshness = ["--freshness", this.#file("key")];
    await this.#publish((draft) => [
      ["register", "exchange-key", "--draft", draft, ...files, ...freshness],
    ]);
  }

  /** Other root keys, signed by the old and the new; then the policy again, by the new alone. */
  async renewRoots(): Promise<void> {
    const states = ["AT", "BE", "BR"];
    const files = states.map(() => this.#file("key"));
    for (const file of files)
      await this.#run("register", "root-key", "--out", file, "--unprotected");
    const told = files.map((file, at) => `${states[at]}:${file.replace(/key$/, "pub")}`);
    const signers = [...this.#holders.slice(0, 2), ...files.slice(0, 2)];
    await this.#publish(() => [], { roots: ["--root-key", ...told], signers });
    this.#holders = files;
  }

  /** Puts another policy text in force: the file that the gateway follows (TP-POLICY-7). */
  async changePolicy(version: bigint, text: string): Promise<void> {
    const said = { version, issuedAt: toTimestamp(Date.now()), text, reason: "A test" };
    const signers = this.#holders.slice(0, 2).map((file) => loadSigningKey(file));
    const file = (await Promise.all(signers)).reduce(addPolicySignature, draftPolicy(said));
    await writePrivateFile(this.#exchange.paths.exchange.policy, file);
  }

  /** NATS credentials made anew. */
  async renewCredentials(...accounts: readonly string[]): Promise<void> {
    await this.#run(
      "exchange",
      "credentials",
      "--data",
      this.#exchange.dataDir,
      "--account",
      ...accounts,
    );
  }

  /** What a participant says of its keys in the version published last. */
  async statementOf(id: string): Promise<SignedKeyStatement> {
    const bundle = parseRegisterBundle(await readFile(this.#exchange.paths.exchange.bundle));
    if (!bundle.ok) throw new TypeError(bundle.refusal.detail);
    const entries = bundle.value.entries.map((bytes) => RegisterEntry.decode(bytes));
    const found = entries.find(({ participant }) => participant?.id === id)?.statement;
    if (found === undefined) throw new TypeError(`${id} says nothing of its keys`);
    return found;
  }

  /** Ids of the keys a participant signs with, the oldest first. */
  async headerKeysOf(id: string): Promise<string[]> {
    const { statement } = await this.statementOf(id);
    return KeyStatement.decode(statement).signingKeys.map(({ keyId }) => keyId);
  }

  async #publish(
    changes: (draft: string) => readonly (readonly string[])[],
    { roots = [], signers = this.#holders.slice(0, 2) }: PublishOptions = {},
  ): Promise<void> {
    const { bundle } = this.#exchange.paths.exchange;
    const draft = this.#file("bundle");
    await this.#run("register", "draft", bundle, "--out", draft, ...roots);
    for (const change of changes(draft)) await this.#run(...change);
    for (const key of signers) {
      await this.#run("register", "sign", draft, "--against", bundle, "--key", key);
    }
    const given = this.#given.flatMap((file) => ["--root", file]);
    const by = ["--token-file", join(this.#dir, "secretariat.token")];
    const begunAtMs = performance.now();
    await this.#run(
      "register",
      "publish",
      draft,
      ...given,
      "--url",
      this.#exchange.gateway.url,
      ...by,
    );
    this.#published = { begunAtMs, doneAtMs: performance.now() };
    this.#version += 1n;
    await copyFile(draft, bundle);
  }

  #file(ending: string): string {
    this.#made += 1;
    return join(this.#dir, `${this.#made}.${ending}`);
  }

  async #run(...args: readonly string[]): Promise<void> {
    const { code, err, out } = await tracepostHere(args);
    if (code !== 0) throw new TypeError(`${args.join(" ")}: ${err}${out}`);
  }
}

interface PublishOptions {
  readonly roots?: readonly string[];
  readonly signers?: readonly string[];
}
