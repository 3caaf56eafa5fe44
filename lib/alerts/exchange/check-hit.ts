import { type Refusal, refuse } from "#errors";
import { type AlertHit, HitConfidence, HitKind, HitMethod, HitNextStep } from "#proto";
import { isStateCode } from "#reference";
import { CASEWORK_LIMITS, isMessageId } from "#runtime";
import { timestampMs } from "#wire";

const TELEPHONE = /^\+[1-9]\d{6,14}$/;

/**
 * What a hit must say (TP-ALERT-37): what it rests on, where and when, how sure, and who answers at
 * any hour. `field` is where the hit stands, such as "body.hit"; BODY_INVALID names what is wrong.
 */
export function checkHit(hit: AlertHit, state: string, field: string): Refusal | undefined {
  const no = (name: string, rule: string) => refuse("BODY_INVALID", `${field}.${name}`, rule);
  if (!isMessageId(hit.hitId)) return no("hit_id", "must be a UUIDv7 in lower case");
  const choices = [
    ["kind", HitKind, hit.kind],
    ["method", HitMethod, hit.method],
    ["confidence", HitConfidence, hit.confidence],
    ["next_step", HitNextStep, hit.nextStep],
  ] as const;
  for (const [name, list, value] of choices) {
    const isKnown = value !== 0 && Object.values<number>(list).includes(value);
    if (!isKnown) return no(name, "is missing");
  }
  if (!isStateCode(hit.country)) return no("country", "must be a State code");
  if (hit.country !== state) return no("country", "must be the State that reports it");
  if (timestampMs(hit.at) === undefined) return no("at", "is missing");
  const { telephone = "", unit = "" } = hit.dutyContact ?? {};
  if (unit.trim() === "") return no("duty_contact.unit", "is missing");
  if (!TELEPHONE.test(telephone)) return no("duty_contact.telephone", "must begin with + and code");
  if (hit.remarks.length > CASEWORK_LIMITS.freeTextCharsMax) return no("remarks", "is too long");
  return undefined;
}
