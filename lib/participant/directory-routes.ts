import { Type } from "typebox";
import type { HttpRoutes } from "#http";
import { Instrument } from "#proto";
import type { Clock } from "#runtime";
import type { RegisterView } from "#trust";
import { directoryOf } from "./directory.ts";

const text = Type.String();
const day = Type.String({ format: "date" });
const period = { since: day, until: Type.Optional(day) };
const INSTRUMENTS = Object.keys(Instrument).filter((name) => name !== "UNSPECIFIED");

const Contact = Type.Object({
  participant: text,
  name: text,
  role: text,
  state: Type.Optional(Type.String({ description: "ISO 3166-1 alpha-2; none: an organization" })),
  onExchange: Type.Boolean({ description: "Whether it can be sent messages now" }),
  instruments: Type.Array(
    Type.Object({
      instrument: text,
      boundness: Type.String({ description: "PARTY, SIGNATORY or COMMITTED" }),
      ...period,
      bound: Type.Boolean({ description: "It applies it today; a signatory does not" }),
    }),
  ),
  bodies: Type.Array(Type.Object({ body: text, name: text, ...period })),
  languages: Type.Array(text, { description: "Accepted, preferred first" }),
  desks: Type.Array(
    Type.Object({
      name: text,
      telephone: Type.Optional(text),
      email: Type.Optional(text),
      languages: Type.Array(text),
      always: Type.Boolean({ description: "Answers at any hour" }),
    }),
  ),
  openNow: Type.Optional(Type.Boolean({ description: "By its own calendar, where it is known" })),
  hours: Type.Optional(
    Type.Object({
      timeZone: text,
      restDays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 })),
      holidays: Type.Array(day),
      opens: Type.Optional(text),
      closes: Type.Optional(text),
    }),
  ),
  disclosures: Type.Array(Type.Object({ body: text, aggregation: text }), {
    description: "Which body may see which sums of it; empty: none sees anything",
  }),
});

/** `GET /v1/directory`. */
const SHOW_DIRECTORY = {
  schema: {
    operationId: "showDirectory",
    summary: "Who takes part, what it applies, how it is reached, and who sees which sums of it",
    tags: ["overview"],
    querystring: Type.Object(
      {
        state: Type.Optional(Type.String({ pattern: "^[A-Z]{2}$" })),
        instrument: Type.Optional(Type.Enum(INSTRUMENTS)),
      },
      { additionalProperties: false },
    ),
    response: {
      200: Type.Object({
        registerVersion: text,
        at: Type.String({ format: "date-time" }),
        contacts: Type.Array(Contact),
      }),
    },
  },
  config: {
    permission: "overview:read",
    examples: {
      state: {
        summary: "Whom to ask in a State",
        parameters: { state: "KE" },
        status: 200,
        answer: {
          registerVersion: "1",
          at: "2026-02-02T09:20:00.000Z",
          contacts: [
            {
              participant: "KE",
              name: "Focal point KE",
              role: "FOCAL_POINT",
              state: "KE",
              onExchange: true,
              instruments: [
                { instrument: "ITI", boundness: "COMMITTED", since: "2005-12-08", bound: true },
              ],
              bodies: [],
              languages: ["en"],
              desks: [],
              openNow: true,
              disclosures: [],
            },
          ],
        },
      },
    },
  },
} as const;

/** Route to the register of contact points, for every user of every participant (TP-DIR-1). */
export function addDirectoryRoutes(
  routes: HttpRoutes,
  deps: { readonly register: () => RegisterView; readonly clock: Clock },
): void {
  routes.get("/directory", SHOW_DIRECTORY, (request) =>
    directoryOf(deps.register(), request.query, deps.clock.now()),
  );
}
