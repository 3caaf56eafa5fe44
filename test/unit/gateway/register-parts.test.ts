import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttpServer, type HttpServer } from "#http";
import { fetchRegisterFrom } from "#participant";
import type { RegisterBundle } from "#proto";
import { createLogger, WIRE_LIMITS } from "#runtime";
import {
  CurrentRegister,
  createSigner,
  formatRegisterBundle,
  openBundle,
  PAYLOAD_TYPES,
  RegisterClient,
} from "#trust";
import { handedOnIn, parseEnvelope } from "#wire";
import { addRegisterFetch } from "../../../gateway/api/register-routes.ts";
import { RegisterAnnouncer } from "../../../gateway/register/announcer.ts";
import { registerParts } from "../../../gateway/register/register-parts.ts";
import type { KeptRegister } from "../../../gateway/store/registers.ts";
import { manifestOf, RegisterAuthority, START_MS } from "../../support/register-authority.ts";
import { entriesOfTheWorld, WORLD, withOneMoreUnit } from "../../support/world-register.ts";

const authority = new RegisterAuthority();
const KIB = 1_024;
const logger = createLogger({ name: "test", level: "silent" });
let first: RegisterBundle;
let second: RegisterBundle;
let server: HttpServer;
/** Paths that were asked for. */
const asked: string[] = [];
let isBroken = false;

function clientOn(bundle: RegisterBundle): RegisterClient {
  const opened = openBundle(bundle, authority.roots.set);
  if (!opened.ok) throw new TypeError(opened.refusal.detail);
  const { taken } = opened.value;
  const bytes = formatRegisterBundle(bundle);
  const inForce = { state: opened.value, view: taken.view, digest: taken.manifest.digest, bytes };
  return new RegisterClient([], inForce, { now: () => START_MS + 10 });
}

beforeAll(async () => {
  const entries = await entriesOfTheWorld();
  first = authority.issue(entries);
  const changed = authority.issue(withOneMoreUnit(entries), {
    previous: manifestOf(first),
    issuedAtMs: START_MS + 1,
  });
  second = { ...changed, manifests: [...first.manifests, ...changed.manifests] };
  const client = clientOn(second);
  server = await createHttpServer({
    host: "127.0.0.1",
    port: 0,
    logger,
    title: { title: "test", description: "test" },
    health: {},
    openRoutes: (routes) => {
      routes.addHook("onRequest", async (request, reply) => {
        asked.push(request.url);
        if (isBroken && request.url.includes("/entries/")) return await reply.code(500).send();
        return undefined;
      });
      addRegisterFetch(routes, { client, store: { call: async () => null as never } });
    },
  });
});

afterAll(async () => {
  await server.close();
});

describe(`a register of ${WORLD.states} States and ${WORLD.units} units (TP-REG-13)`, () => {
  it("comes as manifests and the one entry that has changed, by its digest", async () => {
    const client = clientOn(first);
    asked.length = 0;
    const bytes = (await fetchRegisterFrom(server.url)(client)) ?? new Uint8Array();
    expect(asked.map((path) => path.replace(/[0-9a-f]{64}/u, "DIGEST"))).toEqual([
      "/register/manifest?after=1",
      "/register/entries/DIGEST",
    ]);
    const whole = formatRegisterBundle(second).length;
    expect(bytes.length * 20).toBeLessThan(whole);
    const verdict = client.judge(bytes);
    if (verdict.outcome !== "newer") throw new TypeError(verdict.outcome);
    client.putInForce(verdict.register);
    expect(client.current.view().participant("AH")?.units.at(-1)?.id).toBe("NEW");
    // What is kept is whole again, with the manifests of both.
    expect(Buffer.compare(client.inForce.bytes, formatRegisterBundle(second))).toBe(0);
  });

  it("comes whole when its parts cannot be had", async () => {
    isBroken = true;
    const bytes = (await fetchRegisterFrom(server.url)(clientOn(first))) ?? new Uint8Array();
    isBroken = false;
    expect(Buffer.compare(bytes, formatRegisterBundle(second))).toBe(0);
  });

  it("is handed on as a delta where the whole is over what a message holds", async () => {
    // The world's own register just fits; one with more keys and desks would not.
    const { manifests } = second;
    const grown = { ...first, entries: [...first.entries, Buffer.alloc(1_024 * KIB)] };
    const kept = (version: number, bundle: RegisterBundle): KeptRegister => ({
      version,
      register: formatRegisterBundle(bundle),
      takenAtMs: 0,
      takenBy: "test",
      evidence: {} as never,
      isAnnounced: false,
    });
    const client = clientOn(second);
    const sent: Uint8Array[] = [];
    const { promise: noted, resolve } = Promise.withResolvers<number>();
    const announcer = new RegisterAnnouncer({
      register: new CurrentRegister(client.current.view()),
      load: async () => kept(2, { ...grown, manifests }),
      loadVersion: async () => kept(1, first),
      parts: () => registerParts(client),
      evidenceOf: () => undefined,
      signer: () => createSigner(authority.receiptKey, PAYLOAD_TYPES.receipt),
      publish: async ({ envelope }) => {
        sent.push(envelope as Uint8Array);
      },
      noteAnnounced: async (version) => resolve(version),
      connected: () => true,
      clock: { now: () => START_MS },
      logger,
      repeatFirstMs: 60_000,
    });
    announcer.start(false);
    await noted;
    await announcer.stop();
    expect(sent).toHaveLength(WORLD.states);
    const message = parseEnvelope(sent[0] ?? new Uint8Array(), { allowGatewaySender: true });
    if (!message.ok) throw new TypeError(message.refusal.field);
    const body = handedOnIn(message.value).bytes;
    expect(body.length).toBeLessThan(WIRE_LIMITS.envelopeBytesMax / 20);
    expect(clientOn(first).judge(body).outcome).toBe("newer");
  });
});
