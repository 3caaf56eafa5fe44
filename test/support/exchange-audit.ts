import { join } from "node:path";
import { openCheckpoint, rootAt, verifyLog } from "#message-log";
import { EntryKind, KeyPurpose, Kind, LogEntry, ReceiptType } from "#proto";
import { Semaphore } from "#runtime";
import { openSqliteReader } from "#store";
import { createSealer, loadSealingKeys, openRegisterOf, type Sealer } from "#trust";
import { equalBytes } from "#wire";
import { ExchangePaths } from "../../deploy/local/index.ts";
import { pairKey, readRows, readStoredPost, receiptKey, type StoredPost } from "./stored-post.ts";

/** A participant whose store is audited. */
export interface AuditedParticipant {
  readonly id: string;
  /** File of the store its post lives in. */
  readonly file: string;
  /** Its sealing identities, those of before included: what it received must open. */
  readonly identities: readonly string[];
}

/** Where the stores of an exchange lie. */
export interface AuditedExchange {
  readonly gatewayFile: string;
  readonly rootPublicKeyFile: string;
  readonly participants: readonly AuditedParticipant[];
}

/** What an exchange looks like after it was struck, healed and drained; from its stores alone. */
export interface ExchangeAudit {
  /** Messages sent, receipts not counted, once for each recipient. */
  readonly messages: number;
  /** Of them, those whose sender holds the recipient's signed `delivered`. */
  readonly receipted: number;
  /** Not delivered in order, or receipted and not readable at the recipient. */
  readonly lost: number;
  /** Effects beyond one for each message. */
  readonly duplicated: number;
  readonly logEntries: number;
  /** Checkpoints of during the run that the log was compared with. */
  readonly checkpoints: number;
  /** Every broken invariant, a sentence each; empty when all hold. */
  readonly problems: readonly string[];
}

/** A message as the gateway recorded it. */
interface Recorded {
  readonly digest: Uint8Array;
  readonly code: number;
  readonly logIndex: number;
  readonly parts: number;
}

/** Problems listed one by one; the rest are counted. */
const PROBLEMS_MAX = 40;
/** Messages being opened at the same time. */
const OPENING_MAX = 64;

/** The paths of an exchange in a data folder, with the keys that lie in it. */
export async function auditedFolder(
  dataDir: string,
  ids: readonly string[],
): Promise<AuditedExchange> {
  const paths = new ExchangePaths(dataDir);
  const participants = ids.map(async (id) => {
    const { dir, keysDir } = paths.participant(id);
    const identities = (await loadSealingKeys(keysDir)).map(({ identity }) => identity);
    return { id, file: join(dir, "focal-point.sqlite"), identities };
  });
  return {
    gatewayFile: join(paths.gateway.dir, "gateway.sqlite"),
    rootPublicKeyFile: paths.exchange.rootPublicKey,
    participants: await Promise.all(participants),
  };
}

/**
 * Checks the promises of ARCHITECTURE.md over the stores of a whole exchange that has come to rest:
 * every receipted message is readable at the recipient and recorded at the gateway, has one effect,
 * numbers have no gap, the log verifies and extends every checkpoint seen on the way, and counts
 * are those of the rows. Nothing is asked of a running service.
 */
export async function auditExchange(
  exchange: AuditedExchange,
  checkpoints: readonly string[] = [],
): Promise<ExchangeAudit> {
  const audit = new Audit(exchange);
  await audit.readAll();
  await audit.checkLog(checkpoints);
  await audit.checkMessages();
  await audit.checkSequences();
  await audit.checkEffects();
  return audit.result(checkpoints.length);
}

class Audit {
  readonly #exchange: AuditedExchange;
  readonly #posts = new Map<string, StoredPost>();
  readonly #recorded = new Map<string, Recorded>();
  readonly #taken = new Map<string, StoredPost["taken"][number]>();
  readonly #opening = new Semaphore(OPENING_MAX);
  readonly #problems: string[] = [];
  #problemsTotal = 0;
  #messages = 0;
  #receipted = 0;
  #lost = 0;
  #duplicated = 0;
  #logEntries = 0;

  constructor(exchange: AuditedExchange) {
    this.#exchange = exchange;
  }

  async readAll(): Promise<void> {
    for (const { id, file } of this.#exchange.participants) {
      const post = await readStoredPost(file);
      this.#posts.set(id, post);
      for (const one of post.taken) this.#taken.set(`${id}/${one.sender}/${one.messageId}`, one);
    }
    const rows = await readRows(this.#exchange.gatewayFile, (all) =>
      all<Recorded & { sender: string; messageId: string }>(
        `SELECT sender, message_id AS messageId, header_digest AS digest, code,
           log_index AS logIndex, (SELECT count(*) FROM parts p
             WHERE p.id >= m.id * 1024 AND p.id < (m.id + 1) * 1024) AS parts
         FROM messages m`,
      ),
    );
    for (const row of rows) this.#recorded.set(`${row.sender}/${row.messageId}`, row);
  }

  /** The log verifies, begins with every tree that was signed on the way, and counts the same. */
  async checkLog(checkpoints: readonly string[]): Promise<void> {
    const { gatewayFile, rootPublicKeyFile } = this.#exchange;
    // The newest: it names the checkpoint keys of before too.
    const [newest] = await readRows(gatewayFile, (all) =>
      all<{ register: Uint8Array }>("SELECT register FROM registers ORDER BY version DESC LIMIT 1"),
    );
    const bytes = newest?.register ?? new Uint8Array(0);
    const register = await openRegisterOf(bytes, gatewayFile, [rootPublicKeyFile]);
    const publicKeys = register.gatewayKeys(KeyPurpose.CHECKPOINT).map((key) => key.publicKey);
    const origin = register.logOrigin;
    const reader = openSqliteReader(gatewayFile);
    try {
      await reader.read(async (tx) => {
        const report = await verifyLog(tx, { origin, publicKeys });
        this.#logEntries = report.size;
        for (const problem of report.problems) this.#complain(`log: ${problem}`);
        const heads = checkpoints.map((note) => openCheckpoint(note, origin, publicKeys));
        for (const [id, { checkpoint }] of this.#posts) {
          if (checkpoint === undefined) this.#complain(`${id} has seen no checkpoint`);
          else heads.push(checkpoint);
        }
        for (const head of heads) {
          if (head === undefined) this.#complain("log: a checkpoint of the run does not verify");
          else if (head.size > report.size) this.#complain(`log: it was longer: ${head.size}`);
          else if (!equalBytes(await rootAt(tx, head.size), head.rootHash)) {
            this.#complain(`log: it was another one at size ${head.size}`);
          }
        }
      });
    } finally {
      reader.close();
    }
    await this.#checkCounts();
  }

  async #checkCounts(): Promise<void> {
    await readRows(this.#exchange.gatewayFile, async (all) => {
      const logged = new Map<EntryKind, number>();
      for (const { entry } of await all<{ entry: Uint8Array }>("SELECT entry FROM log_entries")) {
        const { kind } = LogEntry.decode(entry);
        logged.set(kind, (logged.get(kind) ?? 0) + 1);
      }
      const [counts] = await all<{ messages: number; receipts: number; counted: number }>(
        `SELECT sum(code = 0 AND kind <> ?) AS messages, sum(code = 0 AND kind = ?) AS receipts,
           (SELECT sum(accepted) FROM traffic) AS counted FROM messages`,
        Kind.RECEIPT,
        Kind.RECEIPT,
      );
      const { messages = 0, receipts = 0, counted = 0 } = counts ?? {};
      const receiptEntries =
        (logged.get(EntryKind.DELIVERY) ?? 0) + (logged.get(EntryKind.REJECTION) ?? 0);
      this.#expect("messages logged", logged.get(EntryKind.MESSAGE) ?? 0, messages ?? 0);
      this.#expect("receipts logged", receiptEntries, receipts ?? 0);
      this.#expect("messages counted", counted ?? 0, (messages ?? 0) + (receipts ?? 0));
    });
    for (const [id, { miscounts }] of this.#posts) {
      for (const miscount of miscounts) this.#complain(`${id} counts wrongly: ${miscount}`);
    }
  }

  /** What has a receipt is at the recipient and at the gateway, the same, and can be read. */
  async checkMessages(): Promise<void> {
    const sealer = createSealer({ workers: 2 });
    try {
      for (const [sender, post] of this.#posts) {
        const checks = post.sent.map(async (sent) => {
          this.#messages += 1;
          const complaint = await this.#complaintAbout(sender, sent, post, sealer);
          if (complaint === undefined) return;
          this.#lost += 1;
          this.#complain(`${sender} to ${sent.recipient}, ${sent.messageId}: ${complaint}`);
        });
        await Promise.all(checks);
        if (post.receiptsOwed > 0) this.#complain(`${sender} owes ${post.receiptsOwed} receipts`);
      }
      await readRows(this.#exchange.gatewayFile, async (all) => {
        const [open] = await all<{ count: number }>(
          "SELECT count(*) AS count FROM deliveries WHERE state < 2",
        );
        this.#expect("deliveries still open at the gateway", open?.count ?? 0, 0);
      });
    } finally {
      await sealer.close();
    }
  }

  async #complaintAbout(
    sender: string,
    sent: StoredPost["sent"][number],
    post: StoredPost,
    sealer: Sealer,
  ): Promise<string | undefined> {
    const { messageId, recipient } = sent;
    if (post.receipts.has(receiptKey(messageId, recipient, ReceiptType.DELIVERED))) {
      this.#receipted += 1;
    } else return `no delivered receipt, it is ${sent.state}`;
    if (!post.receipts.has(receiptKey(messageId, "", ReceiptType.ACCEPTED))) {
      return "no accepted receipt";
    }
    if (sent.state !== "delivered") return `it is ${sent.state} in the outbox`;
    const { digest } = sent;
    const recorded = this.#recorded.get(`${sender}/${messageId}`);
    if (recorded === undefined || recorded.code !== 0) return "the gateway has no such record";
    if (digest === null || !equalBytes(recorded.digest, digest)) return "recorded as another one";
    if (recorded.parts === 0) return "recorded without its parts";
    if (recorded.logIndex !== sent.logIndex) return "its receipt names another log entry";
    const taken = this.#taken.get(`${recipient}/${sender}/${messageId}`);
    if (taken === undefined || taken.state !== "delivered") return "not in the recipient's inbox";
    if (!equalBytes(taken.digest, digest)) return "the recipient has another one";
    if (sent.sequence === null) return undefined;
    return await this.#readability(recipient, taken.envelope, sealer);
  }

  async #readability(
    recipient: string,
    envelope: Uint8Array,
    sealer: Sealer,
  ): Promise<string | undefined> {
    const owner = this.#exchange.participants.find(({ id }) => id === recipient);
    const { identities = [] } = owner ?? {};
    const opened = await this.#opening.run(() => sealer.open({ envelope, recipient, identities }));
    if (!opened.ok) return `the recipient cannot open it: ${opened.refusal.code}`;
    return (opened.value.parts.get("body")?.length ?? 0) > 0 ? undefined : "it has no body";
  }

  /** Each pair's numbers run from 1 without a gap, and none was used twice. */
  async checkSequences(): Promise<void> {
    for (const [recipient, post] of this.#posts) {
      if (post.missingNumbers > 0) this.#complain(`${recipient} misses ${post.missingNumbers}`);
      for (const [kind, total] of Object.entries(post.incidents)) {
        this.#complain(`${recipient} has ${total} incidents ${kind}`);
      }
      for (const [sender, senderPost] of this.#posts) {
        for (const lane of [1, 2, 3]) {
          const given = senderPost.lastGiven.get(pairKey(recipient, lane)) ?? 0;
          const seen = post.highestSeen.get(pairKey(sender, lane)) ?? 0;
          this.#expect(`highest number of ${sender} to ${recipient}, lane ${lane}`, seen, given);
          const numbers = post.taken
            .filter((one) => one.sender === sender && one.lane === lane && one.sequence !== null)
            .map((one) => one.sequence ?? 0)
            .toSorted((left, right) => left - right);
          const firstWrong = numbers.findIndex((number, place) => number !== place + 1);
          if (firstWrong >= 0 || numbers.length !== given) {
            this.#complain(`numbers of ${sender} to ${recipient}, lane ${lane}, have a gap`);
          }
        }
      }
    }
  }

  /** One effect for each message taken in; only a casework store keeps count of them. */
  async checkEffects(): Promise<void> {
    for (const { id, file } of this.#exchange.participants) {
      await readRows(file, async (all) => {
        const [table] = await all<{ name: string }>(
          "SELECT name FROM sqlite_schema WHERE name IN ('trace_effect', 'effects')",
        );
        const [effects] = await all<{ messages: number; more: number }>(
          `SELECT count(*) AS messages, sum(applied - 1) AS more FROM ${table?.name}`,
        );
        const taken = this.#posts.get(id)?.taken.filter((one) => one.sequence !== null) ?? [];
        this.#duplicated += effects?.more ?? 0;
        this.#expect(`effects at ${id}`, effects?.messages ?? 0, taken.length);
        this.#expect(`effects beyond the first at ${id}`, effects?.more ?? 0, 0);
      });
    }
  }

  result(checkpoints: number): ExchangeAudit {
    const more = this.#problemsTotal - this.#problems.length;
    return {
      messages: this.#messages,
      receipted: this.#receipted,
      lost: this.#lost,
      duplicated: this.#duplicated,
      logEntries: this.#logEntries,
      checkpoints,
      problems: more > 0 ? [...this.#problems, `and ${more} more`] : this.#problems,
    };
  }

  #expect(what: string, found: number, wanted: number): void {
    if (found !== wanted) this.#complain(`${what}: ${found} instead of ${wanted}`);
  }

  #complain(problem: string): void {
    this.#problemsTotal += 1;
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(problem);
  }
}
