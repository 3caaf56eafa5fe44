import { FirearmType, Instrument, MilitaryCivil, SubjectKind, type TraceRequest } from "#proto";
import type { FindingList } from "../finding-list.ts";
import type { TraceRequestContext } from "./request-context.ts";

/** What can be turned into a firearm, or was one (EU rules on alarm and deactivated firearms). */
const CONVERTIBLE_TYPES: readonly FirearmType[] = [
  FirearmType.UNKNOWN,
  FirearmType.ALARM_SIGNAL,
  FirearmType.DEACTIVATED,
  FirearmType.CONVERTED,
  FirearmType.AIR_GUN,
];

/** Checks what is asked about, how many, and under which instrument (TP-REQ-3). */
export function checkSubject(
  request: TraceRequest,
  { instrumentBasis }: TraceRequestContext,
  found: FindingList,
): void {
  const { firearm, quantity, subjectKind } = request;
  found.choice(subjectKind, SubjectKind, "subject_kind");
  found.demand(quantity >= 1, "quantity", "missing");
  const single = subjectKind !== SubjectKind.FIREARM || quantity <= 1;
  found.demand(single, "quantity", "oneFirearmPerRequest");
  const onItiAlone = instrumentBasis?.every((basis) => basis === Instrument.ITI) ?? false;
  // The Tracing Instrument does not cover ammunition.
  const covered = subjectKind !== SubjectKind.AMMUNITION || !onItiAlone;
  found.demand(covered, "subject_kind", "notCoveredByInstrument");
  found.optionalChoice(request.recordHolder, MilitaryCivil, "record_holder");
  if (subjectKind !== SubjectKind.CONVERTIBLE || firearm === undefined) return;
  const fits = firearm.type === 0 || CONVERTIBLE_TYPES.includes(firearm.type);
  found.demand(fits, "firearm.type", "notConvertible", "WARNING");
}
