import { Counter, type Registry } from "prom-client";
import { RefusalCode } from "#proto";
import type { Logger } from "#runtime";
import { refusalNameOf } from "#wire";
import type { Passage } from "./passage.ts";
import type { Recorded, Unverified } from "./steps/record.ts";
import type { Decision, DecisionKind } from "./store/quarantine-decision.ts";

/** What happens in the gateway: one counter with few labels and, where it matters, one log line. */
export class GatewayEvents {
  readonly #logger: Logger;
  readonly #messages: Counter<"outcome">;
  readonly #carrierFailures: Counter;
  readonly #violations: Counter;
  readonly #decisions: Counter<"decision">;

  constructor(logger: Logger, registry: Registry) {
    this.#logger = logger;
    const registers = [registry];
    this.#messages = new Counter({
      name: "tracepost_gateway_messages_total",
      help: "Messages by outcome: accepted, repeated, held, or the refusal code",
      labelNames: ["outcome"],
      registers,
    });
    this.#carrierFailures = new Counter({
      name: "tracepost_gateway_carrier_failures_total",
      help: "Dispatches and receipts the carrier did not take; they are repeated",
      registers,
    });
    this.#violations = new Counter({
      name: "tracepost_gateway_permission_violations_total",
      help: "Permission violations the carrier reported for the gateway's own connection",
      registers,
    });
    this.#decisions = new Counter<"decision">({
      name: "tracepost_gateway_quarantine_decisions_total",
      help: "Items of quarantine that a person released or rejected",
      labelNames: ["decision"],
      registers,
    });
    for (const decision of ["released", "rejected"] satisfies DecisionKind[]) {
      this.#decisions.inc({ decision }, 0);
    }
  }

  /** A message was decided and recorded. */
  decided({ passage, result }: Recorded): void {
    if (result.type !== "recorded") return;
    const code = refusalNameOf(result.code);
    this.#messages.inc({ outcome: code ?? "accepted" });
    if (result.code === RefusalCode.UNSPECIFIED) return;
    const { participant } = passage.address;
    const refusal = { participant, code, field: result.field, detail: passage.refusal?.detail };
    if (result.code === RefusalCode.ID_REUSED) {
      this.#logger.error(refusal, "a message id was used for two messages: look into the sender");
    } else this.#logger.warn(refusal, "a message was refused");
  }

  /** A message that nobody was proven to have sent left its item, or came again. */
  unverified({ passage, item, result }: Unverified): void {
    const code = refusalNameOf(item.code);
    if (result.type === "over") this.#messages.inc({ outcome: "over-allowance" });
    if (result.type !== "kept") return;
    this.#messages.inc({ outcome: result.isNew ? (code ?? "unknown") : "repeated" });
    if (!result.isNew) return;
    const { participant } = passage.address;
    const { detail, field } = passage.refusal ?? {};
    this.#logger.warn({ participant, item: result.id, code, field, detail }, "kept in quarantine");
  }

  /** A person has decided about an item. */
  itemDecided(item: number, { decision, actor, logIndex }: Decision): void {
    this.#decisions.inc({ decision });
    this.#logger.warn({ item, decision, actor, logIndex }, "an item of quarantine was decided");
  }

  /** A message came again and got its stored outcome. */
  repeated(passage: Passage): void {
    this.#messages.inc({ outcome: "repeated" });
    this.#logger.debug({ participant: passage.address.participant }, "a message came again");
  }

  /** Participants were over their quota. */
  overQuota(held: ReadonlyMap<string, number>): void {
    for (const [participant, messages] of held) {
      this.#messages.inc({ outcome: "held" }, messages);
      this.#logger.warn({ participant, messages }, "over quota: messages were handed back");
    }
  }

  /** The carrier did not take a dispatch or a receipt. */
  carrierFailed(caught: unknown): void {
    this.#carrierFailures.inc();
    this.#logger.warn({ err: caught }, "the carrier did not take a message; it is repeated");
  }

  /** The carrier refused the gateway a right it asked for. */
  permissionViolation(detail: string): void {
    this.#violations.inc();
    this.#logger.error({ detail }, "the carrier reports a permission violation");
  }
}
