import { type Participant, ParticipantStatus, Role } from "#proto";
import type { RegisterView } from "#trust";
import { toTimestamp } from "#wire";
import type { FigureDeps } from "../../services/regional-monitor/figures/figure-deps.ts";
import { store } from "../../services/regional-monitor/store.ts";
import { MONITOR } from "./made-feed.ts";
import { type MemoryTransaction, openMemoryTransaction } from "./memory-transaction.ts";

/** When each State joined ECOWAS, and when it left. */
type Membership = Readonly<Record<string, { readonly since: string; readonly until?: string }>>;

/** A monitor's whole store in memory, and what its figures are read from. */
export class MemoryMonitor {
  readonly tx: MemoryTransaction = openMemoryTransaction(...store.migrations.map(({ sql }) => sql));
  nowMs: number;
  readonly #members: Membership;
  readonly #others: readonly string[];

  /** `others`: bodies that it stands for besides ECOWAS; they have no members. */
  constructor(nowMs: number, members: Membership = {}, others: readonly string[] = []) {
    this.nowMs = nowMs;
    this.#members = members;
    this.#others = others;
  }

  /** Takes a message of the feed. */
  async take(feed: Uint8Array) {
    const offer = { feeds: [feed], monitor: MONITOR, nowMs: this.nowMs };
    const [taken] = await store.procedures.takeFeeds(this.tx, offer);
    return taken;
  }

  get deps(): FigureDeps {
    const procedures = store.procedures as unknown as Record<
      string,
      (tx: MemoryTransaction, args: unknown) => Promise<never>
    >;
    return {
      participant: MONITOR,
      store: { call: (name: string, args: unknown) => procedures[name]?.(this.tx, args) as never },
      register: () => this.#register(),
      clock: { now: () => this.nowMs },
    };
  }

  close(): void {
    this.tx[Symbol.dispose]();
  }

  #register(): RegisterView {
    const at = (day: string | undefined) =>
      day === undefined ? undefined : toTimestamp(Date.parse(day));
    const body = (since: string, until?: string, code = "ECOWAS") => {
      return { body: code, since: at(since), until: at(until) };
    };
    const bodies = ["ECOWAS", ...this.#others].map((code) => body("2000-01-01", undefined, code));
    const base = { status: ParticipantStatus.ACTIVE, disclosures: [], instruments: [] };
    const monitor = { ...base, id: MONITOR, role: Role.REGIONAL_MONITOR, state: "" };
    const members = Object.entries(this.#members).map(([state, { since, until }]) => ({
      ...{ ...base, id: state, role: Role.FOCAL_POINT, state },
      regionalBodies: [body(since, until)],
    }));
    const participants = [{ ...monitor, regionalBodies: bodies }, ...members];
    return {
      version: 1n,
      participants: participants as unknown as Participant[],
    } as unknown as RegisterView;
  }
}
