import type { RegisterBundle, RegisterEntry } from "#proto";
import {
  formatRegisterBundle,
  generateSigningKey,
  PAYLOAD_TYPES,
  parseRegisterBundle,
  publicKeyOf,
  registerDelta,
  takeRegister,
  verifyBytesNow,
} from "#trust";
import { manifestOf, RegisterAuthority, START_MS } from "../support/register-authority.ts";
import { entriesOfTheWorld, WORLD, withOneMoreUnit } from "../support/world-register.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const { states: STATES, units: UNITS } = WORLD;
const ROUNDS = 7;
/** Of each entry: identity and header key; of the manifest: two root keys, twice looked at. */
const SIGNATURES = STATES * 2 + 4;

/** How fast a newcomer loads and verifies the participant register of the whole world. */
export const trustListBench: Bench = {
  name: "trust-list",
  about: `load and verify a register of ${STATES} States and ${UNITS} units, beside its signatures`,
  run: measureTrustList,
};

async function measureTrustList({ progress }: BenchOptions): Promise<Section> {
  const authority = new RegisterAuthority();
  const entries = await entriesOfTheWorld();
  const first = authority.issue(entries);
  const bytes = formatRegisterBundle(first);
  progress(`${STATES} entries, ${bytes.length} bytes`);
  const floor = median(ROUNDS, verifySignaturesAlone());
  let registered = 0;
  const whole = median(ROUNDS, () => {
    const parsed = parseRegisterBundle(bytes);
    if (!parsed.ok) throw new TypeError(parsed.refusal.detail);
    const taking = takeRegister(authority.newcomer(), parsed.value, START_MS + 1_000);
    if (taking.outcome !== "taken") throw new TypeError("the register was not taken");
    registered = taking.taken.view.participants.length;
  });
  const deltaBytes = oneEntryDelta(authority, first, withOneMoreUnit(entries));
  const row = (name: string, ms: number) => [name, ms.toFixed(0), (ms / floor).toFixed(2)];
  return {
    title: `Participant register: ${registered} participants, ${UNITS} units, ${bytes.length} bytes`,
    columns: ["work", "CPU ms", "against its signatures"],
    rows: [
      row(`floor: ${SIGNATURES} Ed25519 signatures verified`, floor),
      row("load and verify as a newcomer", whole),
      [
        `a change of one entry: ${deltaBytes} bytes`,
        "–",
        `${((100 * deltaBytes) / bytes.length).toFixed(1)} % of the whole`,
      ],
    ],
    data: {
      participants: registered,
      units: UNITS,
      bytes: bytes.length,
      floorMs: floor,
      wholeMs: whole,
      deltaBytes,
    },
  };
}

/** Bytes of what a client lacks when one entry has changed. */
function oneEntryDelta(
  authority: RegisterAuthority,
  first: RegisterBundle,
  entries: readonly RegisterEntry[],
): number {
  const next = authority.issue(entries, { previous: manifestOf(first), issuedAtMs: START_MS + 1 });
  const state = authority.newcomer();
  const before = takeRegister(state, first, START_MS + 1_000);
  const taking = takeRegister(before.state, next, START_MS + 2_000);
  if (before.outcome !== "taken" || taking.outcome !== "taken") {
    throw new TypeError("the register was not taken");
  }
  const digests = before.taken.entries.map(({ digest }) => digest);
  const from = { version: 1n, digests };
  return formatRegisterBundle(registerDelta(from, taking.taken, next.manifests)).length;
}

/** The same number of keys and signatures, with nothing around them. */
function verifySignaturesAlone(): () => void {
  const { publicRaw } = generateSigningKey();
  const payload = Buffer.alloc(2_048, 7);
  const signature = Buffer.alloc(64, 9);
  return () => {
    for (let done = 0; done < SIGNATURES; done += 1) {
      verifyBytesNow(publicKeyOf(publicRaw), PAYLOAD_TYPES.keyStatement, payload, signature);
    }
  };
}

/** CPU time, in milliseconds: the work is on one thread, and others may use the machine. */
function median(rounds: number, work: () => void): number {
  const times = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    work();
    const { system, user } = process.cpuUsage(before);
    return (system + user) / 1_000;
  });
  return times.toSorted((left, right) => left - right)[Math.floor(rounds / 2)] ?? 0;
}
