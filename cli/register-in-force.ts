import type { KeyObject } from "node:crypto";
import { TracepostError } from "#errors";
import { fetchRegisterFrom } from "#participant";
import type { RegisterBundle } from "#proto";
import { TRUST_LIMITS } from "#runtime";
import {
  asRegisterBundle,
  firstState,
  givenRoots,
  openOrThrow,
  type RegisterDifference,
  registerDifferences,
  type TakenRegister,
  takeRegister,
} from "#trust";
import { readInput } from "./read-input.ts";
import { contentOf, refusalFault } from "./register-files.ts";
import { gatewayAddress, type ServiceOptions } from "./service-access.ts";

/** Which register is in force: a file, or what the gateway hands out. */
export interface InForceOptions extends ServiceOptions {
  readonly against?: string;
}

/** A register as it was published. */
interface NamedRegister {
  /** File or address, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a signed version would do to the one in force. */
export interface JudgedRegister {
  readonly taken: TakenRegister;
  /** The version in force; undefined when none was named to compare with. */
  readonly inForce: string | undefined;
  /** What it changes there; undefined as well when that one was signed as a whole. */
  readonly differences: readonly RegisterDifference[] | undefined;
}

/**
 * Reads the register in force; undefined when neither file nor gateway is named. Throws
 * TracepostError UNAVAILABLE when the gateway does not answer.
 */
export async function readInForce(options: InForceOptions): Promise<NamedRegister | undefined> {
  const { against, data, url } = options;
  if (against !== undefined) {
    return { name: against, bytes: await readInput(against, TRUST_LIMITS.registerBytesMax) };
  }
  if (data === undefined && url === undefined) return undefined;
  const name = await gatewayAddress(options);
  return { name, bytes: await fetchInForce(name) };
}

/** Fetches what a gateway hands out. Throws TracepostError UNAVAILABLE when it does not answer. */
export async function fetchInForce(gatewayUrl: string): Promise<Uint8Array> {
  const bytes = await fetchRegisterFrom(gatewayUrl)();
  if (bytes !== undefined) return bytes;
  throw new TracepostError("UNAVAILABLE", "the gateway does not hand out its register", {
    remedy: "Look whether it is ready: tracepost exchange status",
  });
}

/**
 * Judges a signed version as the successor of the one in force, or as a newcomer does where none is
 * named, and tells what it changes (TP-REG-10). Throws TracepostError VERIFICATION.
 */
export function judgeSuccessor(
  { bundle, file }: { readonly bundle: RegisterBundle; readonly file: string },
  inForce: NamedRegister | undefined,
  roots: readonly KeyObject[],
  nowMs: number,
): JudgedRegister {
  const before = inForce && openOrThrow(inForce.bytes, inForce.name, roots);
  const taking = takeRegister(before?.state ?? firstState(givenRoots(roots)), bundle, nowMs);
  if (taking.outcome === "refused") throw refusalFault(taking.refusal, file);
  const told = { taken: taking.taken, inForce: before && `${before.view.version}` };
  const known = inForce && asRegisterBundle(inForce.bytes);
  if (inForce === undefined || known === undefined) return { ...told, differences: undefined };
  const differences = registerDifferences(contentOf(known, inForce.name), contentOf(bundle, file));
  return { ...told, differences };
}
