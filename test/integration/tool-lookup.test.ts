import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findNatsServer } from "../../deploy/local/nats-server/find-nats-server.ts";
import { fetchDebianPackages } from "../../deploy/local/tools/debian-package.ts";
import type { FindToolOptions } from "../../deploy/local/tools/find-tool.ts";
import type { Tool } from "../../deploy/local/tools/tool-version.ts";
import { fetchAge, findAge } from "../support/age-tool.ts";

let dir = "";
let tools = "";
const { PATH: path = "", CI: ci } = process.env;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-find-"));
  tools = join(dir, "tools");
  // Neither apt nor Docker of this machine has a say here.
  process.env.PATH = [tools, path].join(delimiter);
  await script(join(tools, "apt-get"), "echo 'E: no archive' >&2; exit 100");
  await script(join(tools, "docker"), "echo 'no daemon' >&2; exit 1");
  await mkdir(join(dir, "apt/sources.list.d"), { recursive: true });
  await writeFile(
    join(dir, "apt/sources.list.d/debian.sources"),
    "Types: deb\nURIs: http://archive.example/debian\nSuites: bookworm\nComponents: main\n",
  );
});
afterEach(async () => {
  process.env.PATH = path;
  if (ci !== undefined) process.env.CI = ci;
  else delete process.env.CI;
  await rm(dir, { recursive: true, force: true });
});

describe("finding a nats-server (TP-NATS-1)", () => {
  function find(change: Partial<FindToolOptions> = {}): Promise<Tool> {
    const [cacheDir, aptDir] = [join(dir, "cache"), join(dir, "apt")];
    return findNatsServer({ searchPath: "", cacheDir, aptDir, ...change });
  }

  it("takes the one the user insists on", async () => {
    const file = await server(join(dir, "mine/nats-server"), "2.12.3");
    expect(await find({ wanted: file })).toEqual({ path: file, version: "2.12.3" });
  });

  it("tries nothing else when the one the user insists on is too old or none", async () => {
    const old = await server(join(dir, "old/nats-server"), "2.9.10");
    const good = await server(join(dir, "good/nats-server"), "2.15.1");
    const searchPath = dirname(good);
    await expect(find({ wanted: old, searchPath })).rejects.toMatchObject({
      code: "MISSING_DEPENDENCY",
      problems: [`${old}: version 2.9.10 is older than 2.12.0`],
    });
    const missing = join(dir, "missing");
    await expect(find({ wanted: missing, searchPath })).rejects.toMatchObject({
      code: "MISSING_DEPENDENCY",
    });
  });

  it("takes the first on the search path that is new enough", async () => {
    const old = await server(join(dir, "a/nats-server"), "2.11.9");
    const good = await server(join(dir, "b/nats-server"), "2.12.0");
    const searchPath = [dirname(old), join(dir, "nowhere"), dirname(good)].join(delimiter);
    expect(await find({ searchPath })).toEqual({ path: good, version: "2.12.0" });
  });

  it("takes the newest it fetched before", async () => {
    await server(join(dir, "cache/nats-server-2.12.0/usr/sbin/nats-server"), "2.12.0");
    const newest = await server(
      join(dir, "cache/nats-server-2.15.1/usr/bin/nats-server"),
      "2.15.1",
    );
    await server(join(dir, "cache/nats-server-2.9.0/usr/bin/nats-server"), "2.9.0");
    expect(await find()).toEqual({ path: newest, version: "2.15.1" });
  });

  it("fetches the Debian package once, however many ask at the same time", async () => {
    await fakeDebian("2.15.1");
    const told: string[] = [];
    const onProgress = (text: string): void => void told.push(text);
    const found = await Promise.all([find({ onProgress }), find({ onProgress }), find()]);
    const file = join(dir, "cache/nats-server-2.15.1/usr/sbin/nats-server");
    expect(found).toEqual(Array.from({ length: 3 }, () => ({ path: file, version: "2.15.1" })));
    expect(told[0]).toContain("Debian");
    expect(await readdir(join(dir, "cache"))).toEqual(["nats-server-2.15.1"]);
    await script(join(tools, "apt-get"), "exit 1");
    expect(await find()).toEqual(found[0]);
  });

  it("takes the Docker image when Debian has none that is new enough", async () => {
    await fakeDebian("2.9.10");
    await script(
      join(tools, "docker"),
      `case "$1" in
  create) echo 0123456789ab;;
  cp) printf '%s\\n' '#!/bin/sh' 'echo nats-server: v2.14.0' > "$3"; chmod 755 "$3";;
esac`,
    );
    expect((await find()).version).toBe("2.14.0");
  });

  it("says everything that was tried and what to install", async () => {
    const old = await server(join(dir, "old/nats-server"), "2.10.1");
    await expect(find({ searchPath: dirname(old) })).rejects.toMatchObject({
      code: "MISSING_DEPENDENCY",
      problems: [
        `${old}: version 2.10.1 is older than 2.12.0`,
        expect.stringContaining("nothing fetched before"),
        expect.stringMatching(/^Debian's package: /),
        expect.stringMatching(/^Docker's image: /),
      ],
      remedy: expect.stringContaining("NATS_SERVER"),
    });
  });

  it("removes what an interrupted fetch left long ago, and nothing younger", async () => {
    const stale = join(dir, "cache/.fetch-old");
    await mkdir(stale, { recursive: true });
    await mkdir(join(dir, "cache/.fetch-new"));
    await utimes(stale, new Date(0), new Date(0));
    await find().catch(() => undefined);
    expect(await readdir(join(dir, "cache"))).toEqual([".fetch-new"]);
  });

  it("asks apt for the machine's own archive only, and changes nothing of it", async () => {
    await fakeDebian("2.15.1");
    const aptDir = join(dir, "apt");
    const request = {
      names: ["nats-server"] as const,
      suite: "forky",
      parentDir: dir,
      aptDir,
      deadlineMs: 30_000,
    };
    const fetched = await fetchDebianPackages(request);
    expect(fetched).toMatchObject({ ok: true });
    const none = await fetchDebianPackages({ ...request, aptDir: join(dir, "none") });
    expect(none).toEqual({ ok: false, complaint: "this machine has no Debian package source" });
  });
});

describe("the age tool of the tests", () => {
  const places = () => ({
    searchPath: "",
    cacheDir: join(dir, "cache"),
    aptDir: join(dir, "apt"),
  });
  const note = () => join(dir, "cache/age-missing.txt");

  it("is fetched once, from Debian's package", async () => {
    await fakeDebian("1.3.2", "age", "usr/bin", "printf 1.3.2");
    const path = join(dir, "cache/age-1.3.2/usr/bin/age");
    expect(await fetchAge(places())).toEqual({ ok: true, tool: { path, version: "1.3.2" } });
    await script(join(tools, "apt-get"), "exit 1");
    expect(await fetchAge(places())).toMatchObject({ ok: true });
    expect(await findAge(places())).toMatchObject({ ok: true });
  });

  it("is not fetched again for a day where it cannot be had, and tests say why", async () => {
    delete process.env.CI;
    const missing = { ok: false, why: expect.stringContaining("E: no archive") };
    expect(await fetchAge(places())).toEqual(missing);
    await fakeDebian("1.3.2", "age", "usr/bin", "printf 1.3.2");
    expect(await fetchAge(places())).toEqual(missing);
    expect(await findAge(places())).toEqual(missing);
    expect(await readFile(note(), "utf8")).toContain("Install age 1.3.0 or later");
    await utimes(note(), new Date(0), new Date(0));
    expect(await fetchAge(places())).toMatchObject({ ok: true });
    expect(await findAge(places())).toMatchObject({ ok: true });
  });

  it("must be there where CI is set", async () => {
    process.env.CI = "true";
    expect(await fetchAge(places())).toMatchObject({ ok: false });
    await expect(findAge(places())).rejects.toMatchObject({ code: "MISSING_DEPENDENCY" });
    await fakeDebian("1.3.2", "age", "usr/bin", "printf 1.3.2");
    expect(await fetchAge(places())).toMatchObject({ ok: true });
  });
});

/** An apt that checks how it is called and "downloads" a package; a dpkg that unpacks it. */
async function fakeDebian(
  version: string,
  program = "nats-server",
  folder = "usr/sbin",
  says = `echo nats-server: v${version}`,
): Promise<void> {
  await script(
    join(tools, "apt-get"),
    `sources=; for word in "$@"; do
  case "$word" in
    Dir::Etc::SourceParts=*) sources="\${word#*=}";;
    Dir::State::Lists=/var/*|Dir::Cache=/var/*) exit 99;;
  esac
done
grep -qs forky "$sources"/* || exit 98
case "$*" in *download*) touch ${program}_${version}-1_amd64.deb;; esac`,
  );
  await script(
    join(tools, "dpkg"),
    `mkdir -p "$3/${folder}"
printf '%s\\n' '#!/bin/sh' '${says}' > "$3/${folder}/${program}"
chmod 755 "$3/${folder}/${program}"`,
  );
}

async function script(file: string, body: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
}

async function server(file: string, version: string): Promise<string> {
  await script(file, `echo nats-server: v${version}`);
  return file;
}
