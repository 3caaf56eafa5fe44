import { type KeyObject, randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AttachmentFiles } from "#attachments";
import { addUserRoutes, createHttpServer, type HttpServer } from "#http";
import { RecordKeeper } from "#participant";
import { createLogger, type Database, Lifecycle, systemTimers } from "#runtime";
import { openSqliteStore } from "#store";
import { createSigner, PAYLOAD_TYPES, type RegisterView } from "#trust";
import { admitInstallation, createGuard, newToken } from "#users";
import { sha256 } from "#wire";
import { Attachments } from "../../services/focal-point/attachments/attachments.ts";
import { makeParties } from "./parties.ts";
import type { PartyTestProcedures } from "./party-store.ts";
import { TEST_TITLE } from "./test-route.ts";

/** Answer of a route. */
interface DoorAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes are looked into
  readonly body: any;
}

const NOBODY = { participant: () => undefined, version: 1n } as unknown as RegisterView;

/** A focal point's store with its records, its door and a clock that a test sets. */
export class PartyRecords {
  readonly store: Database<PartyTestProcedures>;
  readonly dir: string;
  readonly publicKey: KeyObject;
  nowMs: number;
  /** Not counted by the clock that only counts on. */
  jumpMs = 0;
  readonly keeper: RecordKeeper;
  readonly #installation = newToken().text;
  readonly #lifecycle: Lifecycle;
  readonly #tokens = new Map<string, string>();
  #server: HttpServer | undefined;

  private constructor(dir: string, store: Database<PartyTestProcedures>, nowMs: number) {
    const logger = createLogger({ name: "test", level: "silent" });
    const parties = makeParties([{ id: "NE" }]);
    const signer = createSigner(parties.receiptKey, PAYLOAD_TYPES.disposal);
    this.publicKey = parties.receiptKey.publicKey;
    this.store = store;
    this.dir = dir;
    this.nowMs = nowMs;
    this.#lifecycle = new Lifecycle(logger);
    this.keeper = new RecordKeeper({
      ...{ store, logger, lifecycle: this.#lifecycle, clock: { now: () => this.nowMs } },
      self: { participant: "NE" },
      register: () => NOBODY,
      disposalSigner: () => signer,
      elapsedMs: () => this.nowMs - this.jumpMs,
      removeFiles: async () => (await this.#attachments()).dropDisposed(),
    });
  }

  static async open(nowMs: number, dir?: string): Promise<PartyRecords> {
    const folder = dir ?? (await mkdtemp(join(tmpdir(), "tracepost-records-")));
    const module = new URL("./party-store.ts", import.meta.url);
    const file = join(folder, "focal-point.sqlite");
    const store = await openSqliteStore<PartyTestProcedures>({ file, module });
    const records = new PartyRecords(folder, store, nowMs);
    await records.#begin();
    return records;
  }

  async #begin(): Promise<void> {
    const { keeper, store } = this;
    const logger = createLogger({ name: "test", level: "silent" });
    const clock = { now: () => this.nowMs };
    await admitInstallation(store, this.#installation, this.nowMs);
    await keeper.start();
    const guard = createGuard({ store, clock, logger });
    this.#server = await createHttpServer({
      ...{ host: "127.0.0.1", port: 0, logger, health: {}, title: TEST_TITLE },
      api: {
        guard,
        routes: (routes) => {
          addUserRoutes(routes, { store, guard, clock });
          keeper.addRoutes(routes);
        },
      },
    });
  }

  async #attachments(): Promise<Attachments> {
    const { dir: dataDir, store } = this;
    const clock = { now: () => this.nowMs };
    return await Attachments.open({ store, dataDir, clock, timers: systemTimers });
  }

  /** Puts a document into the folder of attachments; its id and digest. */
  async putDocument(fill: number) {
    const files = await AttachmentFiles.open(join(this.dir, "attachments"));
    const [attachmentId, bytes] = [randomUUID(), Buffer.alloc(64, fill)];
    await files.writePiece(attachmentId, 0, bytes);
    const digest = sha256(bytes);
    await files.adopt(files.partPath(attachmentId), digest);
    return { attachmentId, sha256: digest };
  }

  /** Ends; the folder is removed unless it is to be looked at. */
  async close({ keep = false } = {}): Promise<void> {
    await this.#server?.close();
    await this.#lifecycle.stop();
    await this.store.close();
    if (!keep) await rm(this.dir, { recursive: true, force: true });
  }

  /** As a records officer, whose token is issued anew once it has expired. */
  async ask(userId: string, path: string, body?: unknown): Promise<DoorAnswer> {
    const answer = await this.#ask(this.#tokens.get(userId) ?? "", path, body);
    if (answer.status !== 401) return answer;
    const user = { userId, name: userId, roles: ["RECORDS_OFFICER"] };
    await this.#ask(this.#installation, "/users", user);
    const issued = await this.#ask(this.#installation, `/users/${userId}/tokens`, {});
    this.#tokens.set(userId, issued.body.token);
    return await this.#ask(issued.body.token, path, body);
  }

  /** GET without a body, else POST. */
  async #ask(token: string, path: string, body?: unknown): Promise<DoorAnswer> {
    const isPost = body !== undefined;
    const response = await fetch(`${this.#server?.url}/v1${path}`, {
      method: isPost ? "POST" : "GET",
      headers: {
        authorization: `Bearer ${token}`,
        ...(isPost ? { "content-type": "application/json" } : {}),
      },
      ...(isPost ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: await response.json() };
  }

  /** Whether a run of bytes lies in any file of the folder. */
  async inFiles(fill: number): Promise<boolean> {
    const wanted = Buffer.alloc(64, fill);
    for (const entry of await readdir(this.dir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name));
      const isThere = bytes.includes(wanted) || bytes.includes(wanted.toString("hex"));
      if (isThere) return true;
    }
    return false;
  }

  /** Asks for a run and has it done; what it has come to. */
  async dispose(userId: string, authority = "Yearly disposal (made up)") {
    const asked = await this.ask(userId, "/disposals", { authority });
    await this.keeper.idle();
    return (await this.ask(userId, `/disposals/${asked.body.id}`)).body;
  }

  /** What is due now. */
  async due(userId: string) {
    return (await this.ask(userId, "/disposals/due")).body;
  }
}
