import { copyFile, mkdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ParticipantStatus } from "#proto";
import { systemClock } from "#runtime";
import { outSubject } from "#wire";
import {
  parseParticipantsYaml,
  registeredParticipant,
  rotateCredentials,
} from "../../deploy/local/index.ts";
import { grantLeaf } from "../../deploy/local/leaf/leaf-right.ts";
import { openAccountEdit } from "../../deploy/local/reconcile/account-edit.ts";
import type { ReconcileStep } from "../../deploy/local/reconcile/plan.ts";
import { openReconciliation } from "../../deploy/local/reconcile/reconcile.ts";
import { specsOf, startTestCarrier, type TestCarrier } from "../support/nats-carrier.ts";

let carrier: TestCarrier;

beforeAll(async () => {
  carrier = await startTestCarrier(["NE", "BR"]);
}, 120_000);

afterAll(async () => {
  await carrier?.stop();
});

const { ACTIVE, REMOVED } = ParticipantStatus;

/** Everybody so far; tests add to it, because the server they share does not forget. */
const everybody: Record<string, ParticipantStatus> = { NE: ACTIVE, BR: ACTIVE };

type Statuses = Readonly<Record<string, ParticipantStatus>>;

async function open(statuses: Statuses) {
  const participants = specsOf(Object.keys(statuses)).map((spec) => {
    return { ...registeredParticipant(spec), status: statuses[spec.id] ?? ACTIVE };
  });
  const { paths, url: natsUrl } = carrier;
  const registerBytes = await readFile(paths.exchange.register);
  const given = { register: { participants }, registerBytes, clock: systemClock };
  return await openReconciliation({ paths, natsUrl, ...given });
}

/** Plans, and does it; with `upTo` it is interrupted after so many steps. */
async function reconcile(statuses: Statuses, upTo = Number.POSITIVE_INFINITY): Promise<string[]> {
  const reconciliation = await open(statuses);
  let done = 0;
  const onStep = (_step: ReconcileStep): void => {
    done += 1;
    if (done >= upTo) throw new TypeError("interrupted");
  };
  try {
    await reconciliation.apply(onStep).catch((caught: unknown) => {
      if (!(caught instanceof TypeError)) throw caught;
    });
    return reconciliation.steps.map(({ action, participant }) => `${participant} ${action}`);
  } finally {
    await reconciliation.close();
  }
}

const ADMITTING = ["issue-account", "push-account", "connect-gateway", "make-streams", "list"];

/** Whether a participant can write, and the gateway reach it. */
async function takesPart(id: string): Promise<void> {
  const own = await carrier.bus(id);
  const data = new Uint8Array([1]);
  await own.publish({ subject: outSubject(id, 2, 1), data, transportId: `${id}.out` });
  const gateway = await carrier.bus("gateway");
  const subject = `tp.in.${id}.normal.receipt`;
  await gateway.publish({ subject, data, transportId: `${id}.in` });
}

describe("NATS follows the register (TP-RUN-8)", () => {
  it("has nothing to do where both agree", async () => {
    expect(await reconcile(everybody)).toEqual([]);
  });

  it("admits a participant while others are connected, by a plan that is shown first", async () => {
    const ne = await carrier.bus("NE");
    everybody.AT = ACTIVE;
    const planned = await open(everybody);
    await planned.close();
    expect(planned.steps.map(({ action }) => action)).toEqual(ADMITTING);
    expect(await reconcile(everybody)).toEqual(ADMITTING.map((action) => `AT ${action}`));
    expect(await reconcile(everybody)).toEqual([]);
    await takesPart("AT");
    expect(ne.connected).toBe(true);
    // Its keys are not here: this machine has its account and streams, and no service of it.
    const listed = parseParticipantsYaml(
      await readFile(carrier.paths.exchange.participants, "utf8"),
    );
    expect(listed.map(({ id, runs = "here" }) => `${id} ${runs}`)).toEqual([
      "NE here",
      "BR here",
      "AT elsewhere",
    ]);
  });

  it.each([
    ["KE", 1],
    ["TR", 2],
    ["DE", 3],
  ] as const)("goes on for %s where it was interrupted after %i steps", async (id, steps) => {
    everybody[id] = ACTIVE;
    await reconcile(everybody, steps);
    expect(await reconcile(everybody)).toEqual(
      ADMITTING.slice(steps).map((action) => `${id} ${action}`),
    );
    await takesPart(id);
  });

  it("makes an account anew whose token was not written yet", async () => {
    everybody.FR = ACTIVE;
    await reconcile(everybody, 1);
    await rm(join(carrier.paths.nats.issuedDir, "FR.jwt"));
    expect(await reconcile(everybody)).toEqual(ADMITTING.map((action) => `FR ${action}`));
    await takesPart("FR");
  });

  it("says that it cannot cut a removed participant off without its credentials, and cuts nobody", async () => {
    const { natsCreds } = carrier.paths.participant("KE");
    const done: ReconcileStep[] = [];
    const cutOff = async (): Promise<void> => {
      const reconciliation = await open({ ...everybody, KE: REMOVED });
      try {
        await reconciliation.apply((step) => done.push(step));
      } finally {
        await reconciliation.close();
      }
    };
    await rename(natsCreds, `${natsCreds}.away`);
    await expect(cutOff()).rejects.toMatchObject({
      code: "DATA_FOLDER",
      problems: [expect.stringContaining("nats.creds")],
    });
    // Something in its place that cannot be read is not "no credentials".
    await mkdir(natsCreds);
    await expect(cutOff()).rejects.toMatchObject({ code: "KEY_FILE" });
    await rmdir(natsCreds);
    await rename(`${natsCreds}.away`, natsCreds);
    expect(done).toEqual([]);
    await takesPart("KE");
  });

  it("disconnects a removed participant at once and for good, and nobody else", async () => {
    const [ne, br] = [await carrier.bus("NE"), await carrier.bus("BR")];
    const { paths, url: natsUrl } = carrier;
    await grantLeaf({ paths, natsUrl }, "NE");
    const { promise: cut, resolve } = Promise.withResolvers<void>();
    ne.onEvent(({ type }) => (type === "disconnected" ? resolve() : undefined));
    everybody.NE = REMOVED;
    expect(await reconcile(everybody)).toEqual(["NE disconnect", "NE unlist"]);
    await cut;
    expect(br.connected).toBe(true);
    expect(await reconcile(everybody)).toEqual([]);
    await expect(carrier.raw("NE", "NE", { reconnect: false })).rejects.toThrow();
    // Nor has it a leaf any more (TP-TLS-10).
    const edit = await openAccountEdit({ paths, natsUrl }, "NE");
    await edit.close();
    expect(edit.held.nats).toMatchObject({ limits: { leaf: 0 }, mappings: {} });
    expect(JSON.stringify(edit.held.nats.signing_keys)).not.toContain("LEAFNODE");
  });
});

describe("credentials made anew (TP-KEY-6)", () => {
  const rotate = (account: string) => {
    const { paths, url: natsUrl } = carrier;
    return rotateCredentials({ paths, natsUrl, clock: systemClock, account });
  };

  it.each([
    ["BR", "BR"],
    ["GATEWAY", "gateway"],
  ])(
    "of %s: its connections come back under them, the old ones are refused",
    async (account, user) => {
      const own = await carrier.bus(user);
      const file =
        account === user
          ? carrier.paths.participant(user).natsCreds
          : carrier.paths.operatorCreds(account, user);
      const old = `${file}.old`;
      await copyFile(file, old);
      const { promise: back, resolve } = Promise.withResolvers<void>();
      own.onEvent(({ type }) => (type === "connected" ? resolve() : undefined));
      const rotated = await rotate(account);
      expect(rotated.map((one) => one.user)).toContain(user);
      await back;
      await takesPart("BR");
      await copyFile(file, `${file}.new`);
      await copyFile(old, file);
      await expect(carrier.raw(account, user, { reconnect: false })).rejects.toThrow();
      await copyFile(`${file}.new`, file);
      expect(await reconcile(everybody)).toEqual([]);
    },
  );

  it("of the system's own user", async () => {
    await rotate("SYS");
    await rotate("SYS");
    expect(await reconcile(everybody)).toEqual([]);
  });

  it("of nobody known are refused", async () => {
    await expect(rotate("XX")).rejects.toMatchObject({ code: "USAGE" });
  });
});
