import {
  formatRegisterBundle,
  generateSealingKey,
  generateSigningKey,
  PAYLOAD_TYPES,
  parseRegisterBundle,
  publicKeyOf,
  takeRegister,
  verifyBytesNow,
} from "#trust";
import { toTimestamp } from "#wire";
import {
  entryOf,
  RegisterAuthority,
  START_MS,
  statementOf,
} from "../support/register-authority.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const STATES = 200;
const UNITS = 3_500;
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
  const bytes = formatRegisterBundle(authority.issue(await entriesOfTheWorld()));
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
  const row = (name: string, ms: number) => [name, ms.toFixed(0), (ms / floor).toFixed(2)];
  return {
    title: `Participant register: ${registered} participants, ${UNITS} units, ${bytes.length} bytes`,
    columns: ["work", "CPU ms", "against its signatures"],
    rows: [
      row(`floor: ${SIGNATURES} Ed25519 signatures verified`, floor),
      row("load and verify as a newcomer", whole),
    ],
    data: {
      participants: registered,
      units: UNITS,
      bytes: bytes.length,
      floorMs: floor,
      wholeMs: whole,
    },
  };
}

/** Made-up States by number, AA to HR, each with its share of the units. */
async function entriesOfTheWorld() {
  // One recipient serves all lengths; the register wants each key once, so its end is changed.
  const { recipient } = await generateSealingKey();
  const window = { notBefore: toTimestamp(START_MS - 1), notAfter: toTimestamp(START_MS * 2) };
  return Array.from({ length: STATES }, (_, place) => {
    const id = String.fromCharCode(65 + Math.floor(place / 26), 65 + (place % 26));
    const sealing = [{ recipient: `${recipient.slice(0, -4)}${1000 + place}`, ...window }];
    const keys = { identity: generateSigningKey(), header: generateSigningKey(), sealing };
    const units = Array.from({ length: UNITS / STATES }, (_unit, number) => ({
      id: `POST-${number}`,
      name: `Border post ${number} of ${id} (made up)`,
      locode: "",
      since: toTimestamp(START_MS - 1),
      until: undefined,
    }));
    const statement = statementOf(id, { sequence: 1n, ...keys });
    return entryOf(id, statement, { participant: { units } });
  });
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
