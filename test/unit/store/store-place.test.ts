import { describe, expect, it } from "vitest";
import { describePlace, placeOf, type StoreSettings } from "#runtime";

const PLACES = { file: "/exchange/gateway/store.json", sqliteFile: "/exchange/gateway.sqlite" };
const URL_ = "postgres://tracepost@db.example/exchange";

const refused = (settings: StoreSettings): unknown => {
  try {
    return placeOf(settings, PLACES);
  } catch (caught) {
    return (caught as { problems: unknown }).problems;
  }
};

describe("where a store lies, as a configuration says it (TP-STORE-9)", () => {
  it("is a file unless it says otherwise", () => {
    const file = { kind: "sqlite", file: PLACES.sqliteFile };
    expect(placeOf(undefined, PLACES)).toEqual(file);
    expect(placeOf({ kind: "sqlite" }, PLACES)).toEqual(file);
  });

  it("is a schema of a database, with the password in a file beside", () => {
    const settings = { kind: "postgres", url: URL_, schema: "gateway" } as const;
    const place = placeOf({ ...settings, passwordFile: "db.password" }, PLACES);
    expect(place).toEqual({ ...settings, passwordFile: "/exchange/gateway/db.password" });
    expect(describePlace(place)).toBe(`schema gateway of ${URL_}`);
  });

  it.each<[StoreSettings, string]>([
    [{ kind: "postgres", schema: "a" }, "store.url: is required"],
    [{ kind: "postgres", url: URL_ }, "store.schema: is required"],
    [{ kind: "sqlite", url: URL_ }, 'store.url: is for kind "postgres" alone'],
    [
      { kind: "postgres", url: "postgres://a:secret@b/c", schema: "a" },
      "store.url: holds a password; write it into a file, mode 0600, and name it",
    ],
    [
      { kind: "postgres", url: `${URL_}?password=secret`, schema: "a" },
      "store.url: holds a password; write it into a file, mode 0600, and name it",
    ],
    [
      { kind: "postgres", url: `${URL_}?options=-c%20synchronous_commit%3Doff`, schema: "a" },
      'store.url: says "options", which the store sets itself; leave it out',
    ],
    [
      { kind: "postgres", url: `${URL_}?lock_timeout=1`, schema: "a" },
      'store.url: says "lock_timeout", which the store sets itself; leave it out',
    ],
  ])("refuses %j and never repeats a password", (settings, problem) => {
    expect(refused(settings)).toEqual([problem]);
  });
});
