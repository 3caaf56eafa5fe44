import { createHash } from "node:crypto";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KeyPurpose, Role } from "#proto";
import { loadRegister, loadSealingKey, loadSigningKey } from "#trust";
import {
  ExchangePaths,
  initExchange,
  isExchangeFolder,
  openExchangeFolder,
  type ParticipantSpec,
} from "../../deploy/local/index.ts";
import { readStart } from "../../gateway/config.ts";
import { readStart as readFocalPointStart } from "../../services/focal-point/config.ts";
import { specsOf } from "../support/nats-carrier.ts";

const SPECS: ParticipantSpec[] = [
  ...specsOf(["NE", "BR"]),
  {
    id: "ORG-ECOWAS",
    name: "ECOWAS",
    role: "regional-monitor",
    state: "",
    instruments: [],
    languages: ["en", "fr"],
    answering: "officer",
  },
];

describe("setting up an exchange", () => {
  let parent = "";
  let dataDir = "";

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "tracepost-init-"));
    dataDir = join(parent, "data");
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  it("makes every key, the register, the accounts and the configurations", async () => {
    await initExchange({ dataDir, participants: SPECS, logOrigin: "log.example/test" });
    const { paths, marker, participants } = await openExchangeFolder(dataDir);
    expect(participants).toEqual(SPECS);
    expect(marker).toMatchObject({
      product: "tracepost",
      format: 1,
      logOrigin: "log.example/test",
    });
    const register = await loadRegister(paths.exchange.register, [paths.exchange.rootPublicKey]);
    expect(register.version).toBe(1n);
    expect(register.logOrigin).toBe("log.example/test");
    expect(register.participants.map(({ id, role }) => ({ id, role }))).toEqual([
      { id: "BR", role: Role.FOCAL_POINT },
      { id: "NE", role: Role.FOCAL_POINT },
      { id: "ORG-ECOWAS", role: Role.REGIONAL_MONITOR },
    ]);
    for (const { id } of SPECS) {
      const own = paths.participant(id);
      const header = await loadSigningKey(own.headerKey);
      expect(register.signingKey(header.keyId)?.participant?.id).toBe(id);
      const sealing = await loadSealingKey(own.sealingKey);
      expect(register.sealingRecipient(id, Date.now() + 1_000)).toBe(sealing.recipient);
      const ownRegister = await loadRegister(own.register, [own.rootPublicKey]);
      expect(ownRegister.version).toBe(1n);
    }
    const receipt = await loadSigningKey(paths.gateway.receiptKey);
    const checkpoint = await loadSigningKey(paths.gateway.checkpointKey);
    const keyIds = (purpose: KeyPurpose): string[] =>
      register.gatewayKeys(purpose).map(({ key }) => key.keyId);
    expect(keyIds(KeyPurpose.RECEIPT)).toEqual([receipt.keyId]);
    expect(keyIds(KeyPurpose.CHECKPOINT)).toEqual([checkpoint.keyId]);
  });

  it("writes configurations that the gateway reads without complaint", async () => {
    await initExchange({ dataDir, participants: SPECS });
    const { gateway, nats } = new ExchangePaths(dataDir);
    const { config } = await readStart(["--config", gateway.config], {});
    expect(config.dataDir).toBe(gateway.dir);
    expect(config.credsFile).toBe(join(nats.credsDir, "GATEWAY.gateway.creds"));
  });

  it("writes configurations that are right after the folder was moved", async () => {
    await initExchange({ dataDir, participants: SPECS });
    const moved = join(parent, "moved");
    await rename(dataDir, moved);
    const there = new ExchangePaths(moved);
    const gateway = await readStart(["--config", there.gateway.config], {});
    expect(gateway.config.registerFile).toBe(there.exchange.register);
    const focalPoint = await readFocalPointStart(["--config", there.participant("NE").config], {
      TRACEPOST_NATS_URL: "nats://nats:4222",
    });
    expect(focalPoint.config.apiTokenFile).toBe(there.participant("NE").apiToken);
    expect(focalPoint.config.natsUrl).toBe("nats://nats:4222");
    expect(await readFile(there.gateway.config, "utf8")).not.toContain(parent);
  });

  it("lets nobody but the owner read any of it (TP-NATS-9)", async () => {
    await initExchange({ dataDir, participants: SPECS });
    const open: string[] = [];
    for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      const { mode } = await stat(file);
      const isPublic = file.endsWith(".pub");
      if (!isPublic && (mode & 0o077) !== 0) open.push(relative(dataDir, file));
    }
    expect(open).toEqual([]);
    expect((await stat(dataDir)).mode & 0o077).toBe(0);
  });

  it("gives two exchanges nothing in common", async () => {
    const other = join(parent, "other");
    await initExchange({ dataDir, participants: specsOf(["NE"]) });
    await initExchange({ dataDir: other, participants: specsOf(["NE"]) });
    const secrets = async (dir: string): Promise<string[]> => {
      const files = await readdir(dir, { recursive: true });
      const keys = files.filter((file) => /\.(key|nk|age|token|creds)$/.test(file));
      const texts = await Promise.all(keys.map((file) => readFile(join(dir, file), "utf8")));
      return texts;
    };
    const [one, two] = [await secrets(dataDir), await secrets(other)];
    expect(one.length).toBeGreaterThan(10);
    expect(one.filter((secret) => two.includes(secret))).toEqual([]);
    expect(new Set(one).size).toBe(one.length);
  });

  it("refuses a folder with other things in it and leaves it as it is", async () => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, "thesis.txt"), "mine");
    const attempt = initExchange({ dataDir, participants: SPECS });
    await expect(attempt).rejects.toMatchObject({
      code: "DATA_FOLDER",
      problems: ["it holds other things: thesis.txt"],
      remedy: expect.stringContaining("--data"),
    });
    expect(await readdir(dataDir)).toEqual(["thesis.txt"]);
    await expect(isExchangeFolder(dataDir)).rejects.toMatchObject({ code: "DATA_FOLDER" });
  });

  it("refuses a folder that holds an exchange and leaves it as it is", async () => {
    await initExchange({ dataDir, participants: SPECS });
    const before = await digest(dataDir);
    const attempt = initExchange({ dataDir, participants: specsOf(["US"]) });
    await expect(attempt).rejects.toMatchObject({ code: "DATA_FOLDER" });
    expect(await digest(dataDir)).toBe(before);
  });

  it("creates nothing for participants that cannot be, and names every problem", async () => {
    const participants = [
      ...specsOf(["NE", "NE"]),
      { ...SPECS[0], id: "*", name: "" } as ParticipantSpec,
    ];
    await expect(initExchange({ dataDir, participants })).rejects.toMatchObject({
      code: "INPUT_INVALID",
      problems: [
        expect.stringContaining("NE: stands in line"),
        expect.stringContaining("is no participant id"),
        expect.stringContaining("is missing"),
      ],
    });
    await expect(stat(dataDir)).rejects.toThrow();
  });

  it("begins anew what was interrupted", async () => {
    await initExchange({ dataDir, participants: SPECS });
    const paths = new ExchangePaths(dataDir);
    await rm(paths.marker);
    await writeFile(join(dataDir, "tracepost.unfinished"), "");
    expect(await isExchangeFolder(dataDir)).toBe(false);
    await expect(openExchangeFolder(dataDir)).rejects.toMatchObject({
      code: "DATA_FOLDER",
      message: expect.stringContaining("was not finished"),
    });
    await initExchange({ dataDir, participants: specsOf(["US"]) });
    const { participants } = await openExchangeFolder(dataDir);
    expect(participants.map(({ id }) => id)).toEqual(["US"]);
    expect(await readdir(paths.participantsDir)).toEqual(["US"]);
  });
});

describe("opening an exchange's folder", () => {
  let dataDir = "";
  let paths: ExchangePaths;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "tracepost-open-"));
    paths = new ExchangePaths(dataDir);
    await initExchange({ dataDir, participants: specsOf(["NE"]) });
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it("says what to do about a folder that is not there or empty", async () => {
    const absent = openExchangeFolder(join(dataDir, "nowhere"));
    await expect(absent).rejects.toMatchObject({
      code: "DATA_FOLDER",
      remedy: expect.stringContaining("tracepost exchange init"),
    });
    const empty = await mkdtemp(join(tmpdir(), "tracepost-empty-"));
    await expect(openExchangeFolder(empty)).rejects.toMatchObject({ code: "DATA_FOLDER" });
    await rm(empty, { recursive: true });
  });

  it.each([
    ["another product", { product: "other" }, /not a Tracepost folder/],
    ["a later version", { format: 99 }, /has format 99/],
    ["a damaged marker", { exchangeId: 7 }, /is damaged/],
  ])("refuses the folder of %s", async (_, change, reason) => {
    const marker = JSON.parse(await readFile(paths.marker, "utf8"));
    await writeFile(paths.marker, JSON.stringify({ ...marker, ...change }));
    await expect(openExchangeFolder(dataDir)).rejects.toThrow(reason);
  });

  it("names every damaged part at once", async () => {
    await rm(paths.participant("NE").headerKey);
    await rm(paths.gateway.receiptKey);
    await flipByte(paths.exchange.register);
    await flipByte(join(paths.nats.issuedDir, "NE.jwt"));
    await writeFile(paths.nats.storagePlan, "{}");
    await expect(openExchangeFolder(dataDir)).rejects.toMatchObject({
      code: "DATA_FOLDER",
      problems: [
        expect.stringContaining("receipt.key: is missing"),
        expect.stringContaining("header.key: is missing"),
        expect.stringContaining("register.bin"),
        expect.stringContaining("issued"),
        expect.stringContaining("storage.json"),
      ],
    });
  });

  it("names the lines of a participants file that was edited badly", async () => {
    const text = await readFile(paths.exchange.participants, "utf8");
    await writeFile(paths.exchange.participants, text.replace("focal-point", "boss"));
    await expect(openExchangeFolder(dataDir)).rejects.toMatchObject({
      problems: [expect.stringMatching(/participants\.yaml.*line \d+: NE\.role/)],
    });
  });

  it("refuses a folder it may not read", async () => {
    const file = join(dataDir, "file");
    await writeFile(file, "");
    await expect(openExchangeFolder(file)).rejects.toMatchObject({ code: "DATA_FOLDER" });
    await chmod(file, 0o600);
  });
});

async function flipByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  const place = Math.floor(bytes.length / 2);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  await writeFile(file, bytes);
}

async function digest(dir: string): Promise<string> {
  const hash = createHash("sha256");
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    hash.update(file.name).update(await readFile(join(file.parentPath, file.name)));
  }
  return hash.digest("hex");
}
