import { afterAll, beforeAll, expect, test } from "vitest";
import { alertBody, hitBody } from "../support/alert-bodies.ts";
import { type FocalPoints, openFocalPoints } from "../support/focal-points.ts";

/**
 * TP-ALERT-36, TP-ALERT-37, TP-ALERT-40: one alert through twelve States that apply the same
 * instrument. Real focal points and a real gateway, in one process.
 */

const SENDER = "KE";
const OTHERS = ["TZ", "UG", "RW", "BI", "ET", "SO", "SD", "ZM", "MW", "MZ", "ZA"];
const FINDERS = ["TZ", "MZ"] as const;
const AWAY = "UG";

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into
type Json = any;

let states: FocalPoints;
let alertId = "";

beforeAll(async () => {
  states = await openFocalPoints([SENDER, ...OTHERS]);
});
afterAll(() => states?.close());

const alert = async (id: string): Promise<Json> =>
  (await states.ask(id, "GET", `/v1/alerts/${alertId}`)).body;

/** Waits until an alert is as wanted in each of some States. */
async function everywhere(ids: readonly string[], what: string, wanted: (body: Json) => boolean) {
  for (const id of ids) {
    await states.until(`${what} in ${id}`, async () => {
      const body = await alert(id);
      return wanted(body) ? body : undefined;
    });
  }
}

const inForce = ({ state }: Json) => state === "IN_FORCE";
const cancelled = ({ state }: Json) => state === "CANCELLED";

/** What a border post in a State is told about the pistol. */
async function check(id: string): Promise<string> {
  const questions = [{ serial: "MADEUP-4711", make: "GLOCK" }];
  const { body } = await states.ask(id, "POST", "/v1/checks", { questions });
  return body.answers[0].result;
}

test("it reaches all parties of the instrument, and each of them finds the pistol", async () => {
  const body = alertBody({ instrument: "ITI" });
  const sent = await states.ask(SENDER, "POST", "/v1/alerts", body);
  expect(sent, JSON.stringify(sent.body)).toMatchObject({ status: 201 });
  ({ alertId } = sent.body);
  await everywhere(OTHERS, "it is in force", inForce);
  for (const id of OTHERS) expect([id, await check(id)]).toEqual([id, "POSSIBLE_MATCH"]);
  await everywhere([SENDER], "all have it", ({ recipients }) =>
    recipients.every(({ level }: Json) => level === "RECEIVED"),
  );
  const { recipients } = await alert(SENDER);
  expect(recipients.map(({ participant }: Json) => participant).toSorted()).toEqual(
    OTHERS.toSorted(),
  );
});

test("it is updated by its sender in all of them", async () => {
  const infos = [{ languageTag: "en", headline: "Now thought to be on a lorry (made up)" }];
  const update = alertBody({ instrument: "ITI" }, { infos });
  const path = `/v1/alerts/${alertId}/update`;
  expect(await states.ask("ZA", "POST", path, update)).toMatchObject({ status: 409 });
  expect(await states.ask(SENDER, "POST", path, update)).toMatchObject({ status: 201 });
  await everywhere(OTHERS, "it is updated", ({ headline }) => headline === infos[0]?.headline);
});

test("two States hit; the sender hears of both, and no other State of either", async () => {
  for (const id of FINDERS) {
    const hit = hitBody({ place: `${id} BORDER` });
    const told = await states.ask(id, "POST", `/v1/alerts/${alertId}/hits`, hit);
    expect(told, JSON.stringify(told.body)).toMatchObject({ status: 201 });
  }
  await everywhere([SENDER], "both hits are there", ({ hits }) => hits.length === 2);
  const { hits } = await alert(SENDER);
  expect(hits.map(({ reporter }: Json) => reporter).toSorted()).toEqual([...FINDERS].toSorted());
  for (const id of OTHERS) {
    const own = (await alert(id)).hits.map(({ reporter }: Json) => reporter);
    expect([id, own]).toEqual([id, FINDERS.filter((finder) => finder === id)]);
  }
});

test("it is cancelled while one State is offline, which finds nothing once it is back", async () => {
  await states.stop(AWAY);
  const reason = { reason: "The pistol was found on the lorry (made up)." };
  const path = `/v1/alerts/${alertId}/cancel`;
  expect(await states.ask(SENDER, "POST", path, reason)).toMatchObject({ status: 201 });
  const present = OTHERS.filter((id) => id !== AWAY);
  await everywhere(present, "it is cancelled", cancelled);
  for (const id of present) expect([id, await check(id)]).toEqual([id, "NO_MATCH"]);
  const { recipients } = await alert(SENDER);
  expect(recipients).toHaveLength(OTHERS.length);
  await states.start(AWAY);
  await everywhere([AWAY], "it is cancelled", cancelled);
  expect(await check(AWAY)).toBe("NO_MATCH");
  const late = hitBody({ place: "UG KLA" });
  expect(await states.ask(AWAY, "POST", `/v1/alerts/${alertId}/hits`, late)).toMatchObject({
    status: 409,
    body: { code: "ILLEGAL_MOVE", detail: "the alert is CANCELLED" },
  });
});
