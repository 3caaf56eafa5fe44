import { ExchangeStatus, type Header, Instrument, Kind } from "#proto";

/** Classes of a message and its parts, as far as they follow from its signed header. */
export interface MessageClasses {
  readonly class: string;
  readonly instruments: readonly string[];
  /** In the order of the header. */
  readonly parts: readonly {
    readonly name: string;
    readonly onlyFor: string;
    readonly class: string;
    /** The class it would have by itself, where its sender chose another. */
    readonly atLeastAs?: string;
  }[];
}

const CLASS_OF_KIND: Readonly<Partial<Record<Kind, string>>> = {
  [Kind.ALERT]: "alert",
  [Kind.ALERT_RESPONSE]: "alert",
  [Kind.NOTICE]: "consent",
  [Kind.INDICATOR_LEDGER]: "aggregate",
  [Kind.VOID]: "audit",
  [Kind.GAP_NOTICE]: "audit",
  [Kind.REGISTER]: "audit",
};

const INSTRUMENT_NAMES = new Map<number, string>(
  Object.entries(Instrument).map(([name, value]) => [value, name]),
);

/** Of these no line of a schedule needs to say anything: they are kept (TP-LEDG-2). */
const KEPT: ReadonlySet<string> = new Set(["aggregate"]);

/** Classes a sender may choose for what it sends: each has a minimum. */
const CHOSEN: ReadonlySet<string> = new Set(["trace", "authorization", "alert", "consent"]);

/**
 * Says of which classes a message and its parts are (TP-RET-6). Classes that end early follow from
 * what a part is and never from what its sender calls it: nobody ends a record by its label, and
 * a class that he chooses lengthens what the message says by itself and never shortens it.
 * A receipt is of the class of what it ends; without more than its header it is `trace`.
 */
export function classifyMessage(header: Header): MessageClasses {
  const { instrumentBasis, kind, parts, status } = header;
  const isReal = status === ExchangeStatus.ACTUAL;
  const own = isReal ? (CLASS_OF_KIND[kind] ?? "trace") : "exercise";
  return {
    class: own,
    instruments: instrumentBasis.flatMap((one) => INSTRUMENT_NAMES.get(one) ?? []),
    parts: parts.map(({ name, onlyFor, retentionClass }) => {
      const byPart = isReal ? classOfPart(name) : own;
      if (byPart !== undefined) return { name, onlyFor, class: byPart };
      const isChosen = CHOSEN.has(retentionClass) && retentionClass !== own && !KEPT.has(own);
      if (!isChosen) return { name, onlyFor, class: own };
      return { name, onlyFor, class: retentionClass, atLeastAs: own };
    }),
  };
}

function classOfPart(name: string): string | undefined {
  if (name === "persons") return "persons";
  return name === "key" || name.startsWith("key/") ? "transport" : undefined;
}
