import type { RegisterEntry } from "#proto";
import { generateSealingKey } from "#trust";
import { toTimestamp } from "#wire";
import { entryOf, freshKeys, START_MS, statementOf } from "./register-authority.ts";

/** A register as large as the world's. */
export const WORLD = { states: 200, units: 3_500 } as const;

/** Made-up States by number, AA to HR, each with its share of the units. */
export async function entriesOfTheWorld(): Promise<RegisterEntry[]> {
  // One recipient serves all lengths; the register wants each key once, so its end is changed.
  const { recipient } = await generateSealingKey();
  const window = { notBefore: toTimestamp(START_MS - 1), notAfter: toTimestamp(START_MS * 2) };
  return Array.from({ length: WORLD.states }, (_, place) => {
    const id = String.fromCharCode(65 + Math.floor(place / 26), 65 + (place % 26));
    const sealing = [{ recipient: `${recipient.slice(0, -4)}${1000 + place}`, ...window }];
    const keys = { ...freshKeys(), sealing };
    const statement = statementOf(id, { sequence: 1n, ...keys });
    return entryOf(id, statement, { participant: { units: unitsOf(id) } });
  });
}

function unitsOf(id: string) {
  return Array.from({ length: WORLD.units / WORLD.states }, (_unit, number) => ({
    id: `POST-${number}`,
    name: `Border post ${number} of ${id} (made up)`,
    locode: "",
    since: toTimestamp(START_MS - 1),
    until: undefined,
  }));
}

/** Entries in which one State has a unit more. */
export function withOneMoreUnit(entries: readonly RegisterEntry[], place = 7): RegisterEntry[] {
  return entries.map((entry, at) => {
    if (at !== place || entry.participant === undefined) return entry;
    const { participant } = entry;
    const [unit] = participant.units;
    if (unit === undefined) return entry;
    const units = [...participant.units, { ...unit, id: "NEW", name: "A new post" }];
    return { ...entry, participant: { ...participant, units } };
  });
}
