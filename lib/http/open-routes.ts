import type { Registry } from "prom-client";
import { Type } from "typebox";
import type { HttpRoutes } from "./routes.ts";

/** What is told to everybody who reaches the port: no content of any message. */
export interface OpenFacts {
  readonly health: Readonly<Record<string, () => boolean | Promise<boolean>>>;
  readonly metrics?: Registry;
  readonly statusPage?: () => string | Promise<string>;
}

/** Routes that every role has and that ask for no token. */
export function addOpenRoutes(routes: HttpRoutes, facts: OpenFacts): void {
  const { health, metrics, statusPage } = facts;
  routes.get("/healthz", ALIVE_ROUTE, () => ({ status: "alive" }));
  routes.get("/readyz", READY_ROUTE, async (_request, reply) => {
    const checks: Record<string, boolean> = {};
    for (const [name, holds] of Object.entries(health)) checks[name] = await holds();
    const ready = Object.values(checks).every(Boolean);
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "not-ready", checks });
  });
  if (metrics !== undefined) {
    routes.get("/metrics", METRICS_ROUTE, async (_request, reply) =>
      reply.header("content-type", metrics.contentType).send(await metrics.metrics()),
    );
  }
  if (statusPage !== undefined) {
    routes.get("/", PAGE_ROUTE, async (_request, reply) =>
      reply.header("content-type", "text/html; charset=utf-8").send(await statusPage()),
    );
  }
}

const ALIVE_ROUTE = {
  schema: {
    operationId: "isAlive",
    summary: "Whether the process lives",
    tags: ["service"],
    response: { 200: Type.Object({ status: Type.Literal("alive") }) },
  },
  config: {
    examples: { alive: { summary: "It does", status: 200, answer: { status: "alive" } } },
  },
};

const readiness = (status: string, description: string) =>
  Type.Object(
    {
      status: Type.Literal(status),
      checks: Type.Record(Type.String(), Type.Boolean(), { description: "Condition → it holds" }),
    },
    { description },
  );

const READY_ROUTE = {
  schema: {
    operationId: "isReady",
    summary: "Whether the service can do its work, and which condition keeps it from it",
    tags: ["service"],
    response: {
      200: readiness("ready", "All conditions hold"),
      503: readiness("not-ready", "A condition does not hold; messages wait and are not lost"),
    },
  },
  config: {
    examples: {
      ready: {
        summary: "All conditions hold",
        status: 200,
        answer: { status: "ready", checks: { store: true, running: true } },
      },
    },
  },
};

const text = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: Type.String() } },
});

const METRICS_ROUTE = {
  schema: {
    operationId: "readMetrics",
    summary: "Figures in the form of Prometheus",
    tags: ["service"],
    response: { 200: text("text/plain", "Counts and times; no content") },
  },
  config: {
    examples: {
      metrics: { summary: "One of them", status: 200, answer: "# TYPE tracepost_up gauge\n" },
    },
  },
};

const PAGE_ROUTE = {
  schema: {
    operationId: "showStatus",
    summary: "The status page",
    tags: ["service"],
    response: { 200: text("text/html", "A page for people") },
  },
  config: {
    examples: { page: { summary: "Its head", status: 200, answer: "<!doctype html>" } },
  },
};
