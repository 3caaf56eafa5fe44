import { REFUSALS, type RefusalCodeName } from "#errors";
import { RefusalCode } from "#proto";

/** Number on the wire of a code of the closed table (TP-REF-1). */
export function refusalCodeOf(name: RefusalCodeName): RefusalCode {
  return RefusalCode[name];
}

const NAME_OF_CODE: ReadonlyMap<number, RefusalCodeName> = new Map(
  (Object.keys(REFUSALS) as RefusalCodeName[]).map((name) => [RefusalCode[name], name]),
);

/** Name of a code on the wire; undefined for REFUSAL_CODE_UNSPECIFIED and for unknown ones. */
export function refusalNameOf(code: RefusalCode): RefusalCodeName | undefined {
  return NAME_OF_CODE.get(code);
}
