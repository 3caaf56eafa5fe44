import { capOfAlert, nameOf, writeCap } from "#casework";
import { type FieldProblem, type Problem, problemOf } from "#http";
import { Instrument } from "#proto";
import type { AlertVersion } from "../exchange/alert-record.ts";
import type { AlertFile } from "../exchange/view-procedures.ts";
import type { AlertToBody } from "./alert-schema.ts";

/** Handling of every alert on the exchange, as codes of a CAP message. */
export const CAP_CODES: readonly string[] = ["TLP:AMBER", "NO_ONWARD"];
const GROUP = "group:";
const INSTRUMENT = "instrument:";

/** A CAP document, or what is said to the caller. */
export type CapExport =
  | { readonly ok: true; readonly xml: string }
  | { readonly ok: false; readonly problem: Problem };

/**
 * A version of an alert as a CAP 1.2 document (TP-ALERT-46): the one that stands, the newest that
 * left when none does, or the one of a message id. What has not left tells nobody anything yet.
 */
export function exportCap({ head, versions }: AlertFile, messageId?: string): CapExport {
  const hasLeft = ({ state }: AlertVersion): boolean => state === "sent" || state === "received";
  const wanted = messageId ?? head.currentId;
  const version =
    versions.find((one) => one.messageId === wanted) ??
    (messageId === undefined ? (versions.findLast(hasLeft) ?? versions.at(-1)) : undefined);
  if (version === undefined) return { ok: false, problem: problemOf("NOT_FOUND") };
  if (!hasLeft(version)) return no([notLeft(version)]);
  const { alert, sender, sentAtMs } = version;
  const written = writeCap(
    capOfAlert(alert, {
      ...{ messageId: version.messageId, sender, sentAtMs, status: head.status },
      recipients: addressesOf(version),
      codes: CAP_CODES,
    }),
  );
  return written.ok ? { ok: true, xml: written.value } : no(written.problems);
}

function no(problems: readonly FieldProblem[]): CapExport {
  return { ok: false, problem: problemOf("NOT_AS_CAP", { problems }) };
}

function notLeft({ leftAs, state }: AlertVersion): FieldProblem {
  const rule = `must have left; this version is ${state}`;
  const remedy = leftAs === null ? "Export it once it has left." : `It left as ${leftAs}.`;
  return { field: "version", rule, remedy };
}

/** Whom an officer addressed it to: States by their codes, a group or an instrument by its name. */
function addressesOf({ alert: { addressedTo } }: AlertVersion): string[] {
  const { group = "", instrument = 0, states = [] } = addressedTo ?? {};
  return [
    ...states,
    ...(group === "" ? [] : [`${GROUP}${group}`]),
    ...(instrument === 0 ? [] : [`${INSTRUMENT}${nameOf(Instrument, instrument)}`]),
  ];
}

/** Whom the addresses of a CAP message mean; `strangers` are nobody of the exchange. */
export interface CapAddressees {
  readonly to: AlertToBody;
  readonly strangers: readonly string[];
}

/** The same, read back. */
export function addresseesOf(addresses: readonly string[]): CapAddressees {
  const states = addresses.filter((address) => /^[A-Z]{2}$/.test(address));
  const named = (prefix: string): string[] =>
    addresses.flatMap((one) => (one.startsWith(prefix) ? [one.slice(prefix.length)] : []));
  const [group] = named(GROUP).filter((name) => name !== "" && name.length <= 32);
  const [instrument] = named(INSTRUMENT).filter(
    (name) => Object.hasOwn(Instrument, name) && name !== "UNSPECIFIED",
  );
  const taken = [...states, `${GROUP}${group}`, `${INSTRUMENT}${instrument}`];
  return {
    to: {
      ...(states.length === 0 ? {} : { states: [...new Set(states)] }),
      ...(group === undefined ? {} : { group }),
      ...(instrument === undefined
        ? {}
        : { instrument: instrument as NonNullable<AlertToBody["instrument"]> }),
    },
    strangers: addresses.filter((address) => !taken.includes(address)),
  };
}
