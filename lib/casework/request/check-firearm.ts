import {
  type Firearm,
  FirearmAction,
  FirearmType,
  MilitaryCivil,
  SerialStatus,
  type TraceRequest,
} from "#proto";
import { calibreOf, makerOf } from "#reference";
import { CASEWORK_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";
import { checkCalibre } from "../identity-rules.ts";
import { normalizeMake } from "../normalize.ts";
import { checkMarkings } from "./check-markings.ts";
import { checkOrigin } from "./check-origin.ts";
import { checkSerialNumber, checkSerialPlace } from "./check-serial.ts";
import { isCraftMade, isUnlikelyAction } from "./firearm-kinds.ts";

/** Checks what is marked on the firearm (domain notes 1.2, ITI para 17(b); TP-REQ-2). */
export function checkFirearm(
  firearm: Firearm | undefined,
  request: TraceRequest,
  createdYear: number,
  found: FindingList,
): void {
  if (firearm === undefined) {
    found.demand(false, "firearm", "missing");
    return;
  }
  found.choice(firearm.type, FirearmType, "firearm.type");
  // Nobody is compelled to attach a photograph; the answer suffers from what is unknown.
  found.demand(firearm.type !== FirearmType.UNKNOWN, "firearm.type", "unknown", "WARNING");
  found.optionalChoice(firearm.action, FirearmAction, "firearm.action");
  const isLikely = !isUnlikelyAction(firearm.type, firearm.action);
  found.demand(isLikely, "firearm.action", "unlikelyForType", "WARNING");
  found.optionalChoice(firearm.militaryCivil, MilitaryCivil, "firearm.military_civil");
  checkMakeAndModel(firearm, found);
  checkCalibreOf(firearm, found);
  checkSerialNumber(firearm, "firearm", found);
  checkSerialPlace(firearm, found);
  checkOrigin(firearm, request.requestedState, createdYear, found);
  const isMarked = firearm.serialStatus !== SerialStatus.NEVER_MARKED;
  const areGiven = !isMarked || firearm.markings.length > 0;
  found.demand(areGiven, "firearm.markings", "missing");
  checkMarkings(firearm.markings, "firearm.markings", request.attachments, found);
  const { freeTextCharsMax } = CASEWORK_LIMITS;
  found.bounded(firearm.characteristics, "firearm.characteristics", freeTextCharsMax);
}

function checkMakeAndModel(firearm: Firearm, found: FindingList): void {
  const { markingCharsMax } = CASEWORK_LIMITS;
  found.text(firearm.make, "firearm.make", markingCharsMax);
  found.demand(!isUnknown(firearm.make), "firearm.make", "unknown", "WARNING");
  const isListed =
    firearm.make.trim() === "" ||
    isUnknown(firearm.make) ||
    makerOf(normalizeMake(firearm.make)) !== undefined;
  found.demand(isListed, "firearm.make", "notInReference", "ADVICE");
  found.text(firearm.model, "firearm.model", markingCharsMax);
  found.demand(!isUnknown(firearm.model), "firearm.model", "unknown", "WARNING");
  found.bounded(firearm.maker, "firearm.maker", markingCharsMax);
  found.bounded(firearm.licensor, "firearm.licensor", markingCharsMax);
  found.bounded(firearm.makeAsMarked, "firearm.make_as_marked", markingCharsMax);
  found.bounded(firearm.modelAsMarked, "firearm.model_as_marked", markingCharsMax);
}

function checkCalibreOf({ calibre, measuredCalibreMm, type }: Firearm, found: FindingList): void {
  const field = "firearm.calibre";
  found.text(calibre, field, CASEWORK_LIMITS.markingCharsMax);
  // A bore that no factory made has no name of a cartridge; it can be measured.
  const mayBeUnknown = isCraftMade(type) && isUnknown(calibre);
  found.demand(!mayBeUnknown, field, "unknown", "WARNING");
  const rule = mayBeUnknown ? undefined : checkCalibre(calibre);
  found.demand(rule !== "unusable", field, "unusable");
  const isListed = mayBeUnknown || rule !== undefined || calibreOf(calibre) !== undefined;
  found.demand(isListed, field, "notInReference", "ADVICE");
  const isMeasure = measuredCalibreMm === "" || /^\d{1,3}(?:\.\d{1,3})?$/u.test(measuredCalibreMm);
  found.demand(isMeasure, "firearm.measured_calibre_mm", "notAMeasure");
}

/** Whether a field says that nobody could read it. */
function isUnknown(text: string): boolean {
  return normalizeMake(text) === "UNKNOWN";
}
