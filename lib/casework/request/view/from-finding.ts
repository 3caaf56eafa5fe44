import { type Finding, FindingLevel } from "#proto";
import { nameOf } from "../../list-names.ts";

/** A finding as JSON; the path names fields as the JSON of a request does. */
export function fromFinding({ field, rule, level }: Finding) {
  return { field: jsonPath(field), rule, level: nameOf(FindingLevel, level) ?? "ADVICE" };
}

/** `firearm.serial_raw` → `firearm.serialRaw`. */
export function jsonPath(protoPath: string): string {
  return protoPath.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
