import type { Command } from "commander";
import { printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { parsePlace } from "../parse-option.ts";
import {
  addServiceOptions,
  openService,
  type ServiceAccess,
  type ServiceOptions,
} from "../service-access.ts";
import { textTable } from "../text-table.ts";
import {
  addWebhook,
  disableWebhook,
  enableWebhook,
  type KeptSecret,
  listFailures,
  listWebhooks,
  loadWebhook,
  removeWebhook,
  rotateSecret,
  tryWebhook,
  type WebhookFailure,
  type WebhookView,
} from "../webhook-calls.ts";

interface WebhookOptions extends ServiceOptions {
  readonly label?: string;
  readonly after?: number;
  readonly secret: string;
}

type Act = (
  service: ServiceAccess,
  options: WebhookOptions,
  argument: string,
) => Promise<CommandResult>;

const ADMINISTRATION = { kind: "focal-point", defaultUser: "installation" } as const;
const ACCESS = "--data exchange --participant KE";
const HOOK = "wh_k3v9q0x7m2pa";

const SECRET_HELP =
  "The secret that verifies deliveries (Standard Webhooks) is written to a new file that only you\n" +
  "can read, and shown nowhere.\n";

/** Adds `webhook` commands: who is told of each change, and whether he takes it (TP-API-50). */
export function addWebhookCommands(parent: Command, terminal: Terminal): void {
  const make = (name: string, description: string, help: string): Command => {
    const command = parent.command(name).description(description);
    addServiceOptions(command, "focal-point");
    return command.addHelpText("after", `\n${help} ${ACCESS}\n`);
  };
  const about = (name: string, description: string, help = ""): Command =>
    make(name, description, `${help}Example:\n  tracepost webhook ${name} ${HOOK}`).argument(
      "<webhook>",
      "id of the webhook",
    );
  const run = (command: Command, act: Act): void => {
    addAction<WebhookOptions>(command, terminal, async (options, argument = "") =>
      act(await openService(options, terminal, ADMINISTRATION), options, argument),
    );
  };
  const adding = make(
    "add",
    "have each change delivered to an address",
    `${SECRET_HELP}The service's configuration must allow the address (webhookOrigins).\n\n` +
      "Example:\n  tracepost webhook add https://cases.example/hook --secret hook.secret",
  );
  adding
    .argument("<url>", "where each change is posted to")
    .requiredOption("--secret <file>", "new file for the secret")
    .option("--label <text>", "what it is for")
    .option("--after <n>", "number of the last change it is not told", parsePlace);
  run(adding, add);
  run(make("list", "list the webhooks", "Example:\n  tracepost webhook list"), async (service) => {
    const found = await listWebhooks(service);
    return { json: found, lines: table(found.webhooks) };
  });
  run(about("show", "show a webhook and what was done to it"), async (service, _, id) =>
    told(await loadWebhook(service, id)),
  );
  run(about("failures", "list the newest attempts that failed"), async (service, _, id) => {
    const found = await listFailures(service, id);
    return { json: found, lines: found.failures.flatMap(failureLines) };
  });
  run(about("disable", "deliver nothing more; the place is kept"), async (service, _, id) =>
    told(await disableWebhook(service, id)),
  );
  const enabling = about("enable", "deliver again, from where it was");
  enabling.option("--after <n>", "number of the last change it is not told", parsePlace);
  run(enabling, async (service, { after }, id) => told(await enableWebhook(service, id, after)));
  const rotating = about(
    "rotate",
    "make another secret; the one before signs too for a day",
    SECRET_HELP,
  );
  rotating.requiredOption("--secret <file>", "new file for the secret");
  run(rotating, async (service, { secret }, id) =>
    kept("Made another secret of", await rotateSecret(service, id, secret)),
  );
  run(about("test", "make one signed attempt that is no change"), test);
  run(about("remove", "remove a webhook with its secrets and failures"), async (service, _, id) => {
    const removed = await removeWebhook(service, id);
    return { json: removed, lines: [`Removed ${id}; it is told nothing more.`] };
  });
}

const add: Act = async (service, { after, label, secret }, url) => {
  const body = {
    url,
    ...(label === undefined ? {} : { label }),
    ...(after === undefined ? {} : { after }),
  };
  return kept("Added", await addWebhook(service, body, secret));
};

const test: Act = async (service, _options, id) => {
  const tried = await tryWebhook(service, id);
  const { delivered, detail = "", failure = "", remedy = "", status } = tried;
  const line = delivered
    ? `${id} took it${status === undefined ? "" : `, with status ${status}`}.`
    : `${id} did not take it: ${[failure, detail].filter(Boolean).join(" ")}`;
  return { json: tried, lines: [line, ...(remedy === "" ? [] : [remedy])].map(printable) };
};

function kept(what: string, { secretFile, webhook }: KeptSecret): CommandResult {
  return {
    json: { ...webhook, secretFile },
    lines: [
      printable(`${what} ${webhook.webhookId} to ${webhook.url}.`),
      `Its secret lies in ${secretFile}, which only you can read.`,
    ],
  };
}

function told(webhook: WebhookView): CommandResult {
  const acts = (webhook.acts ?? []).map(({ act, actor, at, detail = "" }) =>
    printable(`  ${at}  ${act} by ${actor}${detail === "" ? "" : `, ${detail}`}`),
  );
  return { json: webhook, lines: [...table([webhook]), ...acts] };
}

function table(webhooks: readonly WebhookView[]): string[] {
  if (webhooks.length === 0) return ["No webhooks."];
  const rows = webhooks.map(({ reason, state, ...one }) => [
    one.webhookId,
    reason === undefined ? state : `${state} ${reason}`,
    String(one.position),
    String(one.delivered),
    one.label,
    one.url,
  ]);
  const remedies = webhooks.flatMap(({ failure = "", remedy, webhookId }) =>
    remedy === undefined ? [] : [printable(`${webhookId}: ${failure}. ${remedy}`)],
  );
  const head = ["WEBHOOK", "STATE", "TOLD UP TO", "DELIVERED", "LABEL", "ADDRESS"];
  return [...textTable(head, rows), ...remedies];
}

function failureLines(one: WebhookFailure): string[] {
  const { at, attempt, detail = "", failure, remedy, sequence } = one;
  const why = [failure, detail].filter(Boolean).join(" ");
  return [`${at}  change ${sequence}, attempt ${attempt}: ${why}`, `  ${remedy}`].map(printable);
}
