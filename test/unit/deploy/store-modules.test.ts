import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { storeModule } from "../../../deploy/local/backup/store-modules.ts";

test("a backup knows the store of every service (TP-BACK-3)", async () => {
  const services = readdirSync(new URL("../../../services", import.meta.url));
  const programs = ["gateway", ...services.map((name) => `services/${name}`)];
  for (const program of programs) {
    const module = new URL(`../../../${program}/store.ts`, import.meta.url);
    const { store } = (await import(module.href)) as { store: { name: string } };
    expect(storeModule(store.name)?.href, store.name).toBe(module.href);
  }
});
