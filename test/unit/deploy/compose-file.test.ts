import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ExchangePaths, parseParticipantsYaml } from "../../../deploy/local/index.ts";
import { REPOSITORY } from "../../support/source-files.ts";

const FOLDER = join(REPOSITORY, "deploy/container");

interface Volume {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
}

interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly user: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly restart: string;
  readonly stop_grace_period: string;
  readonly network_mode?: string;
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes: readonly Volume[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Network {
  readonly internal?: boolean;
  readonly driver_opts?: Readonly<Record<string, string>>;
}

/** What the compose file promises, read without an engine; test/containers tries it with one. */
describe("the compose file", () => {
  let services: Readonly<Record<string, Service>> = {};
  let networks: Readonly<Record<string, Network>> = {};
  const commands = ["init", "nats-config", "cli"];
  const longRunning = (): [string, Service][] =>
    Object.entries(services).filter(([name]) => !commands.includes(name));
  const OF_PARTICIPANT = /^(focal-point|border-agency|regional-monitor)-/;
  const ofParticipants = (): [string, Service][] =>
    longRunning().filter(([name]) => OF_PARTICIPANT.test(name));

  beforeAll(async () => {
    const text = await readFile(join(FOLDER, "compose.yaml"), "utf8");
    ({ services, networks } = parse(text, { merge: true }));
  });

  it("runs every role without root, capability, new privileges or a writable root", () => {
    expect(Object.keys(services)).toEqual(expect.arrayContaining([...commands, "nats", "steward"]));
    for (const [name, service] of Object.entries(services)) {
      expect({ name, ...service }).toMatchObject({
        name,
        user: expect.stringMatching(/TRACEPOST_USER:-65532:65532/),
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
      });
    }
    for (const [, { restart, stop_grace_period: grace }] of longRunning()) {
      expect({ restart, grace }).toEqual({ restart: "unless-stopped", grace: "30s" });
    }
    for (const name of commands) {
      expect(services[name]).toMatchObject({ network_mode: "none", restart: "no" });
    }
  });

  it("has a service for each participant of its file, with its own folder only", async () => {
    const participants = parseParticipantsYaml(
      await readFile(join(FOLDER, "participants.yaml"), "utf8"),
    );
    const ids = participants.map(({ id }) => id);
    expect(ofParticipants().map(([name]) => name)).toEqual(
      participants.map(({ id, role }) => `${role}-${id.toLowerCase()}`),
    );
    for (const [name, { command }] of ofParticipants()) {
      expect(name.startsWith(command[0] ?? "nothing")).toBe(true);
    }
    const seen = ofParticipants().map(([, { volumes }]) =>
      volumes.map(({ source, target }) => ({ source, target })),
    );
    expect(seen).toEqual(
      ids.map((id) => [
        { source: expect.stringMatching(new RegExp(`\\}/participants/${id}$`)), target: "/data" },
      ]),
    );
  });

  it("gives each participant networks of its own, and none out of the host (TP-CON-9)", () => {
    for (const [name, service] of ofParticipants()) {
      const id = name.replace(OF_PARTICIPANT, "");
      expect(service.networks).toEqual([`nats-${id}`, `door-${id}`]);
      const sharing = longRunning().filter(([other, { networks: own = [] }]) => {
        return other !== name && own.some((network) => network.endsWith(`-${id}`));
      });
      expect(sharing.map(([other]) => other)).toEqual(["nats"]);
    }
    for (const [name, network] of Object.entries(networks)) {
      const leadsOut = network.internal !== true;
      expect({ name, leadsOut }).toEqual({ name, leadsOut: name.startsWith("door-") });
      if (leadsOut) {
        expect(network.driver_opts).toEqual({
          "com.docker.network.bridge.enable_ip_masquerade": "false",
        });
      }
    }
    expect(services.nats?.networks?.every((name) => networks[name]?.internal === true)).toBe(true);
  });

  it("gives the gateway each file of the exchange that its configuration names (TP-CON-8)", () => {
    const { policy, register, rootPublicKeys } = new ExchangePaths("/data").exchange;
    const targets = services.gateway?.volumes.map(({ target }) => target);
    expect(targets).toEqual(expect.arrayContaining([policy, register, ...rootPublicKeys]));
  });

  it("has a witness that is asked for, seen by the gateway alone, with a folder of its own", () => {
    expect(services["witness-at"]).toMatchObject({
      profiles: ["witness"],
      networks: ["cosigning"],
    });
    const seers = longRunning().filter(([, { networks: own }]) => own?.includes("cosigning"));
    expect(seers.map(([name]) => name)).toEqual(["gateway", "witness-at"]);
    expect(networks.cosigning?.internal).toBe(true);
    expect(services["witness-at"]?.volumes.map(({ target }) => target)).toEqual(["/data"]);
  });

  it("publishes doors on loopback of the host, and the nats-server not at all (TP-CON-5)", () => {
    const published = longRunning().flatMap(([, { ports = [] }]) => ports);
    expect(published).toHaveLength(1 + ofParticipants().length);
    for (const port of published)
      expect(port).toMatch(/^127\.0\.0\.1:\$\{TRACEPOST_\w+:-\d+\}:8080$/);
    expect(services.nats?.ports).toBeUndefined();
  });

  it("lets no role see more files than it needs, and writes to few (TP-CON-8)", () => {
    for (const [name, { volumes }] of longRunning()) {
      for (const { source, type } of volumes) {
        // A source that is not there is an error; in the short form it becomes a folder of root.
        expect({ name, source, type }).toEqual({ name, source, type: "bind" });
        // Never the whole data folder, never the operator's keys.
        expect(source).not.toMatch(/\}$|nats\/(keys|issued)|root\.key|exchange\/root$/);
      }
    }
    const writable = longRunning().flatMap(([name, { volumes }]) =>
      volumes.filter((volume) => volume.read_only !== true).map(() => name),
    );
    const states = ofParticipants().map(([name]) => name);
    expect(writable).toEqual(["nats", "nats", "steward", "gateway", ...states, "witness-at"]);
  });

  it("starts nobody before the steward has found the carrier in order", () => {
    for (const [name, { depends_on: needs }] of longRunning()) {
      if (name === "nats" || name === "witness-at") continue;
      const wanted =
        name === "steward"
          ? { nats: { condition: "service_started" } }
          : { steward: { condition: "service_healthy" } };
      expect({ name, needs }).toEqual({ name, needs: wanted });
    }
  });
});
