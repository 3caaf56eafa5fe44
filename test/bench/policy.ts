import { authorizeHeader, defaultPolicy, statedHeader } from "#policy";
import { Boundness, type Header, Instrument, Participant, ParticipantStatus, Role } from "#proto";
import type { RegisterView } from "#trust";
import { toTimestamp } from "#wire";
import { makeParties } from "../support/parties.ts";
import { routeByTable } from "../support/route-table.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const STATES = 200;
const UNITS_OF_EACH = 17;
const LAST_UNITS = 100;
const DECISIONS = 20_000;
const NOW_MS = Date.UTC(2026, 0, 1);
const LETTERS = 26;

/** What a decision costs in a large exchange, beside the same rules as a table in code. */
export const policyBench: Bench = {
  name: "policy",
  about: `routing decisions with ${STATES} States and 3,500 units, beside a table in code`,
  run: measurePolicy,
};

async function measurePolicy({ progress }: BenchOptions): Promise<Section> {
  const register = largeRegister();
  const units = register.participants.length - STATES;
  progress(`${STATES} States, ${units} units`);
  const headers = Array.from({ length: DECISIONS }, (_, at) => headerAt(at, register));
  const policy = defaultPolicy();
  const decide = (header: Header) => authorizeHeader(header, { register, policy }, NOW_MS);
  const table = latencies(headers, (header) => routeByTable(header, register, NOW_MS));
  const all = latencies(headers, decide);
  const row = (name: string, { p50, p99 }: Latency) => [
    name,
    `${(p50 * 1_000).toFixed(0)} µs`,
    `${(p99 * 1_000).toFixed(0)} µs`,
    (p50 / table.p50).toFixed(1),
    (p99 / table.p99).toFixed(1),
  ];
  return {
    title: `Routing decisions, ${STATES} States and ${units} units, ${DECISIONS} messages of six kinds`,
    columns: ["decided by", "p50", "p99", "p50 : table", "p99 : table"],
    rows: [row("floor: the same rules as a table in code", table), row("the policy", all)],
    data: { states: STATES, units, decisions: DECISIONS, table, all },
  };
}

const idOf = (at: number): string => {
  return String.fromCharCode(65 + Math.floor(at / LETTERS), 65 + (at % LETTERS));
};

/** Focal points of States that apply some instruments, and agencies in their States. */
function largeRegister(): RegisterView {
  const { register } = makeParties([{ id: "NE" }]);
  const [model] = register.participants;
  const instruments = [Instrument.ITI, Instrument.FIREARMS_PROTOCOL, Instrument.NAIROBI];
  const participants = Array.from({ length: STATES }, (_, at) => {
    const state = idOf(at);
    const applied = instruments.filter((_one, place) => at % (place + 1) === 0);
    const standings = applied.map((instrument) => {
      const since = toTimestamp(Date.UTC(2010, 0, 1));
      return { instrument, boundness: Boundness.PARTY, since, until: undefined };
    });
    const own = { ...model, state, status: ParticipantStatus.ACTIVE, instruments: standings };
    const count = UNITS_OF_EACH + (at < LAST_UNITS ? 1 : 0);
    const units = Array.from({ length: count }, (_unit, place) => {
      return Participant.create({ ...own, id: `${state}-P${place}`, role: Role.BORDER_AGENCY });
    });
    return [Participant.create({ ...own, id: state, role: Role.FOCAL_POINT }), ...units];
  }).flat();
  const byId = new Map(participants.map((one) => [one.id, one]));
  const groups = [{ name: "SOUTH", members: Array.from({ length: 15 }, (_, at) => idOf(at)) }];
  return { ...register, participants, groups, participant: (id) => byId.get(id) };
}

const KINDS = ["TRACE_REQUEST", "TRACE_REPLY", "ALERT", "ALERT_RESPONSE", "NOTICE", "RECEIPT"];

/** Messages between ever other participants, some of which are refused. */
function headerAt(at: number, { participants }: RegisterView): Header {
  const kind = KINDS[at % KINDS.length] ?? "RECEIPT";
  const isTrace = kind.startsWith("TRACE");
  const someone = (seed: number): string => {
    return isTrace ? idOf(seed % STATES) : (participants[seed % participants.length]?.id ?? "");
  };
  const stated = {
    kind,
    from: someone(at * 7_919),
    to: [someone(at * 104_729 + 1)],
    instruments: at % 3 === 0 ? ["ITI"] : ["ITI", "FIREARMS_PROTOCOL"],
    priority: at % 5 === 0 ? "URGENT" : "ROUTINE",
    alertScope: at % 11 === 0 ? "PUBLIC" : "PRIVATE",
  };
  return statedHeader(stated, NOW_MS);
}

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

function latencies(headers: readonly Header[], decide: (header: Header) => unknown): Latency {
  const took = headers.map((header) => {
    const from = performance.now();
    decide(header);
    return performance.now() - from;
  });
  took.sort((one, other) => one - other);
  const quantile = (share: number): number => took[Math.floor(share * (took.length - 1))] ?? 0;
  return { p50: quantile(0.5), p99: quantile(0.99) };
}
