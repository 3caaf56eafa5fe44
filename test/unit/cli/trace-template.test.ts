import { expect, test } from "vitest";
import { parse } from "yaml";
import { FORMS } from "#casework";
import { LIST_FORMS, SHOW_FORM } from "../../../services/focal-point/forms/form-operations.ts";
import { addFormRoutes } from "../../../services/focal-point/forms/form-routes.ts";
import { tracepostHere } from "../../support/in-process.ts";

test("prints the request of a form as YAML that can be sent (TP-REQ-12)", async () => {
  const end = await tracepostHere(["trace", "template", "--subject", "AMMUNITION"]);
  expect(end.code).toBe(0);
  expect(parse(end.out)).toMatchObject({
    to: "AT",
    request: { subjectKind: "AMMUNITION", ammunition: { lot: "MU-21-004" } },
  });
  expect(end.out).toContain("# request.ammunition.lot: Lot (or the headstamp)");
  const all = await tracepostHere(["trace", "template", "--form", "artisanal", "--all", "--json"]);
  const { body, form } = JSON.parse(all.out);
  expect(form).toBe("artisanal");
  expect(body.request.firearm).toMatchObject({ type: "CRAFT_MADE", serialStatus: "NEVER_MARKED" });
});

test("says which forms there are when none fits", async () => {
  const end = await tracepostHere(["trace", "template", "--subject", "CANNON"]);
  expect(end.code).toBe(2);
});

test("the API gives out every form, whole (TP-REQ-11)", async () => {
  const handlers = new Map<string, (request: object, reply: object) => Promise<unknown>>();
  const routes = {
    get: (path: string, _contract: object, handler: never) => handlers.set(path, handler),
  };
  addFormRoutes(routes as never);
  const reply = { send: (body: unknown) => body };
  const list = (await handlers.get("/forms")?.({}, reply)) as { forms: { name: string }[] };
  expect(list.forms.map(({ name }) => name)).toEqual(FORMS.map(({ name }) => name));
  for (const form of FORMS) {
    const shown = await handlers.get("/forms/:name")?.({ params: { name: form.name } }, reply);
    expect(shown).toEqual(form);
  }
  expect([LIST_FORMS, SHOW_FORM].map(({ config }) => config.permission)).toEqual([
    "traces:read",
    "traces:read",
  ]);
});
