import { access } from "node:fs/promises";
import {
  candidateLookups,
  findCandidates,
  lookAlikeKey,
  normalizeSerial,
  serialKeysOf,
} from "#casework";
import { readRecoveredFile } from "../../scenario/recovered-file.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

/** The whole list where it lies beside the checkout; otherwise what ships with the scenario. */
const FILES = ["../shared/data/recovered-firearms.csv", "scenario/data/recovered-firearms.csv"];
/** Shorter serial numbers tell nobody apart, with or without a slip. */
const CHARS_MIN = 5;
/** Firearms of the same make planted beside each one: half random, half one character away. */
const DECOYS = 10;
const GLYPHS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789";

/** How many rows of recovered firearms each step of matching rescues. */
export const matchingBench: Bench = {
  name: "matching",
  about: "recovered firearms that each step of matching rescues, beside planted decoys",
  run: measureMatching,
};

interface Row {
  readonly id: string;
  readonly serialRaw: string;
  readonly make: string;
  readonly calibre: string;
}

/** What goes wrong between the mark and the one who asks. */
type Misreading = (serial: string, random: () => number) => string;

const at = (serial: string, random: () => number): number => Math.floor(random() * serial.length);
const glyph = (random: () => number): string => GLYPHS[Math.floor(random() * GLYPHS.length)] ?? "X";
const ALIKE: Readonly<Record<string, string>> = {
  ...{ "0": "O", O: "0", "1": "I", I: "1", L: "1", S: "5", "5": "S", B: "8", "8": "B" },
  ...{ Z: "2", "2": "Z", A: "А", E: "Е", C: "С", X: "Х", "3": "٣", "4": "٤" },
};

const MISREADINGS: Readonly<Record<string, Misreading>> = {
  "as recorded": (serial) => serial,
  "spaces, dashes, small letters": (serial) =>
    `${serial.slice(0, 3)}-${serial.slice(3)} `.toLowerCase(),
  "read alike": (serial) => [...serial].map((each) => ALIKE[each] ?? each).join(""),
  "one character unreadable": (serial, random) => {
    const place = at(serial, random);
    return `${serial.slice(0, place)}?${serial.slice(place + 1)}`;
  },
  "end unreadable": (serial) => `${serial.slice(0, -2)}*`,
  transposed: (serial, random) => {
    const place = Math.min(serial.length - 2, at(serial, random));
    const [one, other] = [serial[place] ?? "", serial[place + 1] ?? ""];
    return `${serial.slice(0, place)}${other}${one}${serial.slice(place + 2)}`;
  },
  "one character missing": (serial, random) => {
    const place = at(serial, random);
    return `${serial.slice(0, place)}${serial.slice(place + 1)}`;
  },
  "one character too many": (serial, random) => {
    const place = at(serial, random);
    return `${serial.slice(0, place)}${glyph(random)}${serial.slice(place)}`;
  },
  "one character misread": (serial, random) => {
    const place = at(serial, random);
    return `${serial.slice(0, place)}${glyph(random)}${serial.slice(place + 1)}`;
  },
  "leading zeros": (serial) => `00${serial}`,
};

/** The steps of matching, each wider than the one before. */
const STEPS = ["exact", "normalized", "look-alike", "partial", "one slip"] as const;
type Step = (typeof STEPS)[number];

interface Tally {
  asked: number;
  /** Found by this step and by none before it. */
  rescued: number;
  first: number;
  shown: number;
}

async function measureMatching(options: BenchOptions): Promise<Section> {
  const { all, register } = await plant();
  options.progress(`${all.length} recovered firearms, ${register.length} in the register`);
  const search = searcher(register);
  const random = randomOf(7);
  const tallies = new Map<Step, Tally>(
    STEPS.map((step) => [step, { asked: 0, rescued: 0, first: 0, shown: 0 }]),
  );
  const byKind: Record<string, Record<string, number>> = {};
  let missed = 0;
  for (const [kind, misread] of Object.entries(MISREADINGS)) {
    const found: Record<string, number> = {};
    for (const row of all) {
      const wanted = { ...row, serial: misread(row.serialRaw.trim(), random) };
      const step = STEPS.find((each) => {
        const rows = search(wanted.serial, each);
        const tally = tallies.get(each);
        if (tally === undefined) return false;
        tally.asked += 1;
        const ranked = findCandidates(wanted, rows);
        const isFound = ranked.some(({ firearm }) => firearm.id === row.id);
        if (!isFound) return false;
        tally.rescued += 1;
        tally.shown += ranked.length;
        const score = ranked[0]?.score;
        const best = ranked.filter((candidate) => candidate.score === score);
        if (best.some(({ firearm }) => firearm.id === row.id)) tally.first += 1 / best.length;
        return true;
      });
      if (step === undefined) missed += 1;
      const name = step ?? "missed";
      found[name] = (found[name] ?? 0) + 1;
    }
    byKind[kind] = found;
    options.progress(`${kind}: ${JSON.stringify(found)}`);
  }
  return sectionOf(all.length, register.length, tallies, { byKind, missed });
}

function sectionOf(
  firearms: number,
  registered: number,
  tallies: ReadonlyMap<Step, Tally>,
  more: { readonly byKind: unknown; readonly missed: number },
): Section {
  const total = firearms * Object.keys(MISREADINGS).length;
  const percent = (part: number, whole: number): string =>
    whole === 0 ? "" : `${((part / whole) * 100).toFixed(1)} %`;
  return {
    title:
      `${firearms} recovered firearms, each read in ${Object.keys(MISREADINGS).length} ways ` +
      `(${total} questions), in a register of ${registered} with planted decoys`,
    columns: ["step", "asked", "rescued", "of all", "right one first", "precision"],
    rows: [
      ...STEPS.map((step) => {
        const { asked = 0, first = 0, rescued = 0, shown = 0 } = tallies.get(step) ?? {};
        return [
          step,
          String(asked),
          String(rescued),
          percent(rescued, total),
          percent(first, rescued),
          percent(rescued, shown),
        ];
      }),
      ["missed", String(more.missed), "", percent(more.missed, total), "", ""],
    ],
    data: { firearms, registered, total, tallies: Object.fromEntries(tallies), ...more },
  };
}

async function plant(): Promise<{ all: Row[]; register: Row[] }> {
  const random = randomOf(42);
  const { rows } = await readRecoveredFile(await fileThere());
  const all = rows
    .filter(({ serialNumber }) => [...normalizeSerial(serialNumber)].length >= CHARS_MIN)
    .map(({ calibre, manufacturer, ref, serialNumber }) => {
      return { id: ref, serialRaw: serialNumber, make: manufacturer, calibre };
    });
  const decoys = all.flatMap((row) =>
    Array.from({ length: DECOYS }, (_, index) => {
      const near = MISREADINGS["one character misread"] as Misreading;
      const other = [...row.serialRaw].map((each) => (/\d/.test(each) ? digit(random) : each));
      const serialRaw = index % 2 === 0 ? near(row.serialRaw, random) : other.join("");
      return { ...row, id: `${row.id}-decoy-${index}`, serialRaw };
    }),
  );
  return { all, register: [...all, ...decoys] };
}

const digit = (random: () => number): string => String(Math.floor(random() * 10));

async function fileThere(): Promise<string> {
  for (const file of FILES) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return FILES.at(-1) ?? "";
}

/** What the indexes of a register fetch in each step. */
function searcher(register: readonly Row[]): (serial: string, step: Step) => readonly Row[] {
  const keyed = register.map((row) => ({ row, keys: serialKeysOf(row.serialRaw) }));
  const byKey = Map.groupBy(keyed, ({ keys }) => keys.lookAlike);
  const alphabet = [...new Set([...byKey.keys()].flatMap((key) => [...key]))].sort();
  const alike = (serial: string) => byKey.get(lookAlikeKey(serial)) ?? [];
  const planned = (serial: string): readonly Row[] => {
    const plan = candidateLookups(serial, "NEAR", alphabet);
    if (!plan.ok) return [];
    const { keys, prefixes, tails } = plan.lookups;
    const points = keys.flatMap((key) => byKey.get(key) ?? []);
    const ranges = keyed.filter(
      (each) =>
        prefixes.some((prefix) => each.keys.lookAlike.startsWith(prefix)) ||
        tails.some((end) => each.keys.tail.startsWith(end)),
    );
    return [...points, ...ranges].map(({ row }) => row);
  };
  return (serial, step) => {
    const isPartial = /[?*]/.test(serial);
    switch (step) {
      case "exact":
        return register.filter(({ serialRaw }) => serialRaw === serial);
      case "normalized":
        return alike(serial)
          .filter(({ keys }) => keys.normalized === normalizeSerial(serial))
          .map(({ row }) => row);
      case "look-alike":
        return alike(serial).map(({ row }) => row);
      case "partial":
        return isPartial ? planned(serial) : [];
      default:
        return isPartial ? [] : planned(serial);
    }
  };
}

/** Park and Miller's generator: the same questions in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
