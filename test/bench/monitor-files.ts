import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import type { YearLog } from "../support/compare-recount.ts";
import { MadeUpGateway, type YearFeed } from "../support/made-up-gateway.ts";
import type { YearPlan } from "../support/made-up-year.ts";

/** A message of a feed as it lies in the file. */
export type FiledFeed = Omit<YearFeed, "lines">;

/** What was made, and in which files of a folder it lies. */
export interface FiledYear {
  readonly plan: YearPlan;
  readonly feeds: number;
  readonly records: number;
  readonly events: number;
  readonly named: readonly string[];
}

const HEAD_BYTES = 16;
const FEEDS = "feeds.bin";
const LOG = "log.csv";
const ABOUT = "year.json";

/** Makes a year and writes it to a folder; one that lies there of the same plan is left. */
export async function fileYear(
  dir: string,
  plan: YearPlan,
  progress: (text: string) => void,
): Promise<FiledYear> {
  const kept = await readAbout(dir);
  if (JSON.stringify(kept?.plan) === JSON.stringify(plan) && kept !== undefined) return kept;
  const gateway = new MadeUpGateway(plan);
  const [feeds, log] = [createWriteStream(join(dir, FEEDS)), createWriteStream(join(dir, LOG))];
  let [count, records, told] = [0, 0, 0];
  for await (const { events, feed, lines, madeAtMs } of gateway.feeds()) {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32LE(feed.length, 0);
    head.writeUInt32LE(events, 4);
    head.writeDoubleLE(madeAtMs, 8);
    feeds.write(head);
    const isRoom = feeds.write(feed);
    log.write(lines.map((line) => `${line}\n`).join(""));
    if (!isRoom) await once(feeds, "drain");
    count += 1;
    records += lines.length;
    told += events;
    if (count % 50_000 === 0) progress(`made ${records} records`);
  }
  feeds.end();
  log.end();
  await Promise.all([finished(feeds), finished(log)]);
  const about = { plan, feeds: count, records, events: told, named: gateway.named };
  await writeFile(join(dir, `${ABOUT}.new`), JSON.stringify(about));
  await rename(join(dir, `${ABOUT}.new`), join(dir, ABOUT));
  return about;
}

async function readAbout(dir: string): Promise<FiledYear | undefined> {
  const text = await readFile(join(dir, ABOUT), "utf8").catch(() => "null");
  return (JSON.parse(text) as FiledYear | null) ?? undefined;
}

/** The messages in their order; only what is read next is in memory. */
export async function* filedFeeds(dir: string): AsyncGenerator<FiledFeed> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(join(dir, FEEDS))) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    let at = 0;
    while (rest.length >= at + HEAD_BYTES) {
      const end = at + HEAD_BYTES + rest.readUInt32LE(at);
      if (rest.length < end) break;
      const feed = Uint8Array.from(rest.subarray(at + HEAD_BYTES, end));
      const events = rest.readUInt32LE(at + 4);
      yield { feed, events, madeAtMs: rest.readDoubleLE(at + 8) };
      at = end;
    }
    rest = rest.subarray(at);
  }
}

/** The log, to be counted without the monitor. */
export function filedLog(dir: string, { named }: FiledYear): YearLog {
  const lines = () => createInterface({ input: createReadStream(join(dir, LOG)) });
  return { named: new Set(named), lines };
}
