import { Counter, type Registry } from "prom-client";
import { nameOf } from "#casework";
import type { PostEvent } from "#post";
import { ReceiptType } from "#proto";
import type { Logger } from "#runtime";
import { laneToken } from "#wire";

/** What happens in a participant's service: counters with few labels; log lines are the post's. */
export class ServiceEvents {
  readonly #logger: Logger;
  readonly #published: Counter<"lane">;
  readonly #publishFailures: Counter;
  readonly #taken: Counter<"outcome">;
  readonly #receipts: Counter<"type">;
  readonly #receiptsSent: Counter;
  readonly #incidents: Counter<"kind">;
  readonly #faults: Counter<"pump">;
  readonly #violations: Counter;
  readonly #webhooks: Counter<"outcome">;

  /** `service` begins the name of each counter, such as `focal_point`. */
  constructor(logger: Logger, registry: Registry, service: string) {
    this.#logger = logger;
    const registers = [registry];
    const counter = (name: string, help: string) =>
      new Counter({ name: `tracepost_${service}_${name}_total`, help, registers });
    const labelled = <L extends string>(name: string, help: string, label: L) =>
      new Counter<L>({
        name: `tracepost_${service}_${name}_total`,
        help,
        labelNames: [label],
        registers,
      });
    this.#published = labelled("published", "Messages the carrier took, by lane", "lane");
    this.#publishFailures = counter("publish_failures", "Messages the carrier did not take");
    this.#taken = labelled("taken", "Messages taken in, by what became of them", "outcome");
    this.#receipts = labelled("receipts", "Statements of receipts applied, by type", "type");
    this.#receiptsSent = counter("receipts_sent", "Messages receipted to their senders");
    this.#incidents = labelled("incidents", "Incidents, by kind", "kind");
    this.#faults = labelled("faults", "Faults of this service, by part", "pump");
    this.#webhooks = labelled("webhook_attempts", "Deliveries to webhooks, by outcome", "outcome");
    this.#violations = counter("permission_violations", "Rights the carrier refused us");
  }

  /** Something happened in the post. */
  post(event: PostEvent): void {
    switch (event.type) {
      case "published":
        this.#published.inc({ lane: laneToken(event.lane) });
        break;
      case "publish-failed":
        this.#publishFailures.inc();
        break;
      case "taken":
        this.#taken.inc({ outcome: event.outcome });
        break;
      case "receipt-applied": {
        const type = nameOf(ReceiptType, event.receipt as ReceiptType) ?? "UNKNOWN";
        this.#receipts.inc({ type }, event.count);
        break;
      }
      case "receipts-sent":
        this.#receiptsSent.inc(event.count);
        break;
      case "incident":
        this.#incidents.inc({ kind: event.kind });
        break;
      case "fault":
        this.#faults.inc({ pump: event.pump });
        break;
      default:
        event satisfies never;
    }
  }

  /** The carrier refused this participant a right it asked for. */
  permissionViolation(detail: string): void {
    this.#violations.inc();
    this.#logger.error({ detail }, "the carrier reports a permission violation");
  }

  /** A change was delivered to a webhook, or why not. */
  webhook(outcome: string): void {
    this.#webhooks.inc({ outcome });
  }

  /** The carrier came, went, or complained. */
  carrier(type: string, detail: string): void {
    this.#logger.info({ carrier: type, detail }, "the connection to the exchange changed");
  }
}
