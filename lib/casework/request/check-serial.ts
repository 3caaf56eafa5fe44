import {
  type Firearm,
  MarkKind,
  MarkLocation,
  RemovalMethod,
  RestorationMethod,
  SerialStatus,
} from "#proto";
import { CASEWORK_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";
import { checkSerial, SERIAL_CHARS_MIN } from "../identity-rules.ts";
import { normalizeSerial } from "../normalize.ts";
import { serialMatches } from "../serial-match.ts";

/** Something that bears a serial number: a firearm, or a part of one. */
export type SerialBearer = Pick<Firearm, "serialRaw" | "serialStatus" | "markings">;

/** The number on the frame or receiver is the one that registers know (MOSAIC 05.31). */
const RECEIVER: readonly MarkLocation[] = [
  MarkLocation.FRAME_RECEIVER,
  MarkLocation.FRAME_RECEIVER_LEFT,
  MarkLocation.FRAME_RECEIVER_RIGHT,
  MarkLocation.FRAME_RECEIVER_FRONT,
  MarkLocation.FRAME_RECEIVER_UNDER,
  MarkLocation.FRAME_RECEIVER_TRUNNION,
  MarkLocation.FRAME_RECEIVER_MAGAZINE_WELL,
  MarkLocation.UPPER_RECEIVER,
  MarkLocation.LOWER_RECEIVER,
];

/** Marks that are often taken for the serial number (domain notes 7.2). */
const MISREAD: readonly MarkKind[] = [
  MarkKind.ASSEMBLY_INSPECTION,
  MarkKind.PATENT,
  MarkKind.MODEL,
];

/** Whether a mark stands on the frame or receiver. */
export function isOnReceiver(location: MarkLocation): boolean {
  return RECEIVER.includes(location);
}

/** Checks the serial number against what its status demands; `at` is the path of its bearer. */
export function checkSerialNumber(bearer: SerialBearer, at: string, found: FindingList): void {
  const field = `${at}.serial_raw`;
  const { serialRaw, serialStatus } = bearer;
  found.choice(serialStatus, SerialStatus, `${at}.serial_status`);
  found.demand(serialRaw.length <= CASEWORK_LIMITS.serialCharsMax, field, "tooLong");
  switch (serialStatus) {
    case SerialStatus.PRESENT:
    case SerialStatus.RESTORED: {
      const rule = checkSerial(serialRaw);
      if (rule !== undefined) found.demand(false, field, rule);
      break;
    }
    case SerialStatus.PARTIAL: {
      const known = normalizeSerial(serialRaw).replaceAll(/[?*]/gu, "");
      found.demand(serialRaw.trim() !== "", field, "missing");
      found.demand([...known].length >= SERIAL_CHARS_MIN, field, "tooShort");
      break;
    }
    default:
      // A number beside "there is none to read" is a slip of one of the two.
      found.demand(serialRaw.trim() === "", field, "contradictsStatus", "WARNING");
      return;
  }
  checkAgainstMarks(bearer, field, found);
}

function checkAgainstMarks(
  { markings, serialRaw }: SerialBearer,
  field: string,
  found: FindingList,
): void {
  const serial = normalizeSerial(serialRaw);
  if (serial === "") return;
  const isSame = ({ text }: { readonly text: string }): boolean => normalizeSerial(text) === serial;
  const isMisread = markings.some((mark) => MISREAD.includes(mark.kind) && isSame(mark));
  found.demand(!isMisread, field, "perhapsNotTheSerial", "WARNING");
  const serials = markings.filter(({ kind, text }) => kind === MarkKind.SERIAL && text !== "");
  const agrees = serials.length === 0 || serials.some(({ text }) => serialMatches(serialRaw, text));
  found.demand(agrees, field, "differsFromMark", "WARNING");
}

/** Checks where the number was read, and what was done to read it. */
export function checkSerialPlace(firearm: Firearm, found: FindingList): void {
  const { removalMethod, restorationMethod, serialLocation, serialStatus } = firearm;
  found.optionalChoice(serialLocation, MarkLocation, "firearm.serial_location");
  const isSaid = serialLocation !== MarkLocation.UNSPECIFIED;
  // Elsewhere it may be the number of a part, of an assembly, or of a patent.
  const isSure = !isSaid || isOnReceiver(serialLocation);
  found.demand(isSure, "firearm.serial_location", "notOnTheReceiver", "WARNING");
  found.optionalChoice(removalMethod, RemovalMethod, "firearm.removal_method");
  found.optionalChoice(restorationMethod, RestorationMethod, "firearm.restoration_method");
  const isGone =
    serialStatus === SerialStatus.OBLITERATED || serialStatus === SerialStatus.RESTORED;
  const isTold = !isGone || restorationMethod !== RestorationMethod.UNSPECIFIED;
  found.demand(isTold, "firearm.restoration_method", "missing", "ADVICE");
}
