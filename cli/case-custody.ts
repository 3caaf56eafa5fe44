import { stateName } from "#reference";
import { words } from "./case-rows.ts";

/** An event of custody as a case shows it; what is absent is not told. */
export interface CustodyView {
  readonly kind: string | undefined;
  readonly date: string | undefined;
  readonly dateUntil?: string | undefined;
  readonly fromParty: string | undefined;
  readonly fromRole?: string | undefined;
  readonly fromState: string | undefined;
  readonly toParty: string | undefined;
  readonly toRole?: string | undefined;
  readonly toState: string | undefined;
  readonly authorizationRef?: string | undefined;
  readonly quantity?: number | undefined;
  readonly evidenceKind?: string | undefined;
  readonly certainty?: string | undefined;
  readonly commercialConfidential?: boolean | undefined;
}

/** An event of custody in one line. */
export function custodyText(event: CustodyView): string {
  const side = (party?: string, role?: string, state?: string): string =>
    [party, words(role), state && stateName(state)]
      .filter((each) => (each ?? "") !== "")
      .join(", ");
  const from = side(event.fromParty, event.fromRole, event.fromState);
  const to = side(event.toParty, event.toRole, event.toState);
  const told = [
    [event.date, event.dateUntil].filter((each) => each !== undefined).join(" to "),
    words(event.kind),
    event.quantity === undefined ? "" : `${event.quantity} pieces`,
    from === "" ? "" : `from ${from}`,
    to === "" ? "" : `to ${to}`,
    event.authorizationRef === undefined ? "" : `under ${event.authorizationRef}`,
  ];
  const known = [words(event.evidenceKind), words(event.certainty)].filter((each) => each !== "");
  const secret = event.commercialConfidential === true ? ["commercially confidential"] : [];
  const source = [...known, ...secret].join(", ");
  const text = told.filter((each) => each !== "").join(" ");
  return source === "" ? text : `${text} (${source})`;
}
