/**
 * Who may import whom (ARCHITECTURE.md, "Layers"). Run by scripts/check-layers.js, which also makes
 * sure that something was checked; test/architecture/layers.test.ts plants breaches of these rules.
 */

/** From the top down; a folder imports lower rows only, and none of its own row. */
const LAYERS = [
  ["^gateway/", "^services/[^/]+/", "^cli/", "^scenario/"],
  ["^deploy/nats/"],
  ["^deploy/local/"],
  ["^lib/alerts/"],
  ["^lib/participant/"],
  ["^lib/disposal/", "^lib/witness/"],
  ["^lib/http/"],
  ["^lib/post/", "^lib/casework/", "^lib/attachments/", "^lib/evidence/", "^lib/outputs/"],
  ["^lib/records/", "^lib/statistics/"],
  ["^lib/message-log/"],
  ["^lib/policy/"],
  ["^lib/trust/"],
  ["^lib/wire/"],
  ["^lib/reference/", "^proto/"],
  ["^lib/mail/"],
  ["^lib/tls/", "^lib/timestamps/"],
  ["^lib/runtime/"],
  ["^lib/errors/"],
];

/** Where parts are put together: only here is it known which store and which carrier is used. */
const COMPOSITION_ROOTS = [
  "^(gateway|services/[^/]+|scenario|cli)/main\\.ts$",
  "^cli/commands/[^/]+\\.ts$",
  "^deploy/local/",
  "^test/",
];

/**
 * Doors of lib folders. lib/http has four more, for users, feed, webhooks and idempotency keys
 * without the server, and lib/participant has one for its tables: a store's thread loads them.
 * lib/alerts, lib/disposal and lib/witness have one more for their routes, which that thread does
 * not load.
 */
const DOORS =
  "^lib/(?:[^/]+|http/(?:users|feed|webhooks|repeats)|participant/store|(?:alerts|disposal|witness)/api)/index\\.ts$";

const PRODUCT = "^(lib|proto|gateway|services|cli|scenario|deploy|bin)/";

/** One rule for each folder: it imports neither upward nor sideways. */
function layerRules() {
  return LAYERS.flatMap((row, index) => {
    const above = LAYERS.slice(0, index).flat();
    return row.map((folder) => ({
      name: `layer-of-${folder
        .replace(/[^a-z-]+/g, " ")
        .trim()
        .replaceAll(" ", "-")}`,
      comment: "A folder imports lower layers only: nothing upward, nothing sideways.",
      severity: "error",
      from: { path: folder },
      to: { path: [...above, ...row.filter((other) => other !== folder)] },
    }));
  });
}

/** A package that only one folder may use, so that it can be replaced there; types are free. */
function behindOneDoor(name, packages, folders) {
  return {
    name,
    comment: `Only ${folders.join(", ")} may know this package.`,
    severity: "error",
    from: { path: PRODUCT, pathNot: folders.map((folder) => `^${folder}/`) },
    to: { path: packages, dependencyTypesNot: ["type-only", "type-import"] },
  };
}

module.exports = {
  forbidden: [
    ...layerRules(),
    {
      name: "services-apart",
      comment: "Services are processes of their own and meet on the wire only.",
      severity: "error",
      from: { path: "^services/([^/]+)/" },
      to: { path: "^services/", pathNot: "^services/$1/" },
    },
    {
      name: "store-and-bus-at-the-root-only",
      comment:
        "lib/store and lib/bus implement interfaces of others; composition roots choose them.",
      severity: "error",
      from: { pathNot: [...COMPOSITION_ROOTS, "^lib/store/", "^lib/bus/"] },
      to: { path: "^lib/(store|bus)/" },
    },
    {
      name: "store-and-bus-know-interfaces-only",
      comment: "They implement what lower layers declare and know nothing of the product above.",
      severity: "error",
      from: { path: "^lib/(store|bus)/" },
      to: {
        path: "^(lib|proto|gateway|services|cli|scenario|deploy)/",
        pathNot: ["^lib/(errors|runtime|tls|wire)/index\\.ts$", "^lib/$1/"],
      },
    },
    behindOneDoor("nats-behind-the-bus", "(^|/)node_modules/(nats|@nats-io)/", [
      "lib/bus",
      "deploy/local",
    ]),
    behindOneDoor("sqlite-behind-the-store", "^(node:)?sqlite$", ["lib/store"]),
    behindOneDoor("postgres-behind-the-store", "(^|/)node_modules/(pg|pg-[^/]+)/", ["lib/store"]),
    behindOneDoor("age-behind-trust", "(^|/)node_modules/age-encryption/", ["lib/trust"]),
    behindOneDoor("x509-behind-deploy", "(^|/)node_modules/(@peculiar/x509|reflect-metadata)/", [
      "deploy/local",
    ]),
    behindOneDoor("asn1-behind-timestamps", "(^|/)node_modules/@peculiar/asn1-", [
      "lib/timestamps",
    ]),
    behindOneDoor("cedar-behind-policy", "(^|/)node_modules/@cedar-policy/", ["lib/policy"]),
    behindOneDoor("images-behind-attachments", "(^|/)node_modules/wasm-vips/", ["lib/attachments"]),
    behindOneDoor("zip-behind-evidence", "(^|/)node_modules/fflate/", ["lib/evidence"]),
    behindOneDoor("mail-behind-its-door", "(^|/)node_modules/nodemailer/", ["lib/mail"]),
    behindOneDoor("fastify-behind-http", "(^|/)node_modules/(fastify|@fastify)/", ["lib/http"]),
    {
      name: "doors-only",
      comment: "Another lib folder is entered through its index.ts (`#wire`, `#trust` …).",
      severity: "error",
      from: { path: "^(?!lib/|test/(?:unit|property)/)" },
      to: { path: "^lib/[^/]+/", pathNot: DOORS },
    },
    {
      name: "doors-only-from-tests",
      comment: "A unit test may look inside the folder it is named for, and no other.",
      severity: "error",
      from: { path: "^test/(?:unit|property)/([^/]+)/" },
      to: { path: "^lib/[^/]+/", pathNot: [DOORS, "^lib/$1/"] },
    },
    {
      name: "doors-only-within-lib",
      comment: "Another lib folder is entered through its index.ts (`#wire`, `#trust` …).",
      severity: "error",
      from: { path: "^lib/([^/]+)/" },
      to: { path: "^lib/[^/]+/", pathNot: [DOORS, "^lib/$1/"] },
    },
    {
      name: "generated-behind-its-door",
      comment: "Generated code is reached through proto/index.ts (`#proto`).",
      severity: "error",
      from: { pathNot: "^proto/" },
      to: { path: "^proto/", pathNot: "^proto/index\\.ts$" },
    },
    {
      name: "deploy-behind-its-door",
      comment: "The set-up is reached through deploy/local/index.ts and deploy/nats/index.ts.",
      severity: "error",
      from: { pathNot: ["^deploy/", "^test/"] },
      to: { path: "^deploy/(local|nats)/", pathNot: "^deploy/(local|nats)/index\\.ts$" },
    },
    {
      name: "container-on-top",
      comment: "The image starts the roles; no role knows that it is in a container.",
      severity: "error",
      from: { pathNot: ["^deploy/container/", "^test/"] },
      to: { path: "^deploy/container/" },
    },
    {
      name: "nothing-imports-tests",
      comment: "Tests know the product; the product does not know its tests.",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^test/" },
    },
    {
      name: "second-verifier-apart",
      comment: "What checks the product a second time shares no code with it, nor any package.",
      severity: "error",
      from: { path: "^test/second-verifier/" },
      to: { path: ".", pathNot: "^test/second-verifier/|^(node:)?crypto$" },
    },
    {
      name: "no-scripts-in-the-product",
      comment: "scripts/ serves developers only.",
      severity: "error",
      from: { path: PRODUCT },
      to: { path: "^scripts/" },
    },
    {
      name: "no-cycles",
      comment: "Files that import each other cannot be understood one at a time.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-development-packages",
      comment: "The product runs on dependencies; development packages serve tests and checks.",
      severity: "error",
      from: { path: PRODUCT },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only", "type-import"] },
    },
    {
      name: "no-undeclared-packages",
      comment: "A package that is imported stands in package.json.",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "nothing-unresolved",
      comment: "Every import leads somewhere; an import that does not resolve is not checked.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "(^|/)node_modules/" },
    exclude: { path: "^data/" },
    // Types count: who names another's type depends on it.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".js", ".json"],
    },
  },
};
