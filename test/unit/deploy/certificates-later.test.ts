import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ExchangePaths, initExchange } from "../../../deploy/local/index.ts";
import { CertificateRounds } from "../../../deploy/local/watch/certificate-rounds.ts";
import { IncidentJournal, parseJournalLine } from "../../../deploy/local/watch/incident-journal.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { specsOf } from "../../support/nats-carrier.ts";

const DAY_MS = 86_400_000;

let dir = "";
let paths: ExchangePaths;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-later-"));
  paths = new ExchangePaths(join(dir, "exchange"));
  await initExchange({ dataDir: paths.dataDir, participants: specsOf(["NE"]) });
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function certificates(word: string, ...more: readonly string[]) {
  const words = ["exchange", "certificates", word, "--data", paths.dataDir, ...more, "--json"];
  const { code, err, out } = await tracepostHere(words);
  return { code, said: JSON.parse(out || err) };
}

/** What is noted of the certificates so many days from now. */
async function notedIn(days: number): Promise<string[]> {
  let nowMs = Date.now() + days * DAY_MS;
  const journal = new IncidentJournal(join(dir, `${days}.jsonl`));
  const rounds = new CertificateRounds({
    paths,
    participants: () => ["NE"],
    note: (occurrence) => journal.note(occurrence),
    say: () => undefined,
    clock: { now: () => nowMs },
  });
  await rounds.look();
  nowMs += DAY_MS / 2;
  await rounds.look();
  const text = await readFile(join(dir, `${days}.jsonl`), "utf8").catch(() => "");
  const seen = text.split("\n").flatMap((line) => parseJournalLine(line) ?? []);
  return seen.map(({ kind, participant, subject }) => `${kind} ${participant} ${subject}`);
}

describe("an exchange that was made without certificates (TP-TLS-13)", () => {
  it("has none to look at, and is given all of them at once, with names", async () => {
    expect(await notedIn(400)).toEqual([]);
    expect((await certificates("list")).said.error.remedy).toContain("certificates add");
    const added = await certificates("add", "--host", "hub.example.org");
    expect(added).toEqual({ code: 0, said: { added: true, elsewhere: [] } });
    const { code, said } = await certificates("list");
    expect(code).toBe(0);
    expect(said.certificates).toHaveLength(1 + 5 + 2);
    expect(said.certificates[1].names).toContain("hub.example.org");
    for (const file of [paths.gateway.config, paths.participant("NE").config]) {
      const config = JSON.parse(await readFile(file, "utf8"));
      expect(config).toMatchObject({
        natsUrl: "tls://127.0.0.1:4222",
        natsTls: {},
        http: { tls: {} },
      });
    }
  });

  it("is not given them twice", async () => {
    const again = await certificates("add");
    expect(again.said.error).toMatchObject({
      code: "USAGE",
      remedy: expect.stringContaining("renew"),
    });
  });

  it("has those of nats-server, steward and participants watched, once a day (TP-OPS-20)", async () => {
    expect(await notedIn(0)).toEqual([]);
    expect(await notedIn(310)).toEqual([
      "CERTIFICATE_EXPIRY  nats/tls/door.pem",
      "CERTIFICATE_EXPIRY  steward/tls/client.pem",
      "CERTIFICATE_EXPIRY  steward/tls/door.pem",
      "CERTIFICATE_EXPIRY NE participants/NE/tls/client.pem",
      "CERTIFICATE_EXPIRY NE participants/NE/tls/door.pem",
    ]);
  });
});
