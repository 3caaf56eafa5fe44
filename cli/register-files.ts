import { TracepostError } from "#errors";
import type { RegisterBundle } from "#proto";
import { printable, TRUST_LIMITS } from "#runtime";
import {
  draftSuccessor,
  formatRegisterBundle,
  loadProtectedKey,
  loadPublicKey,
  parseRegisterBundle,
  REGISTER_REFUSALS,
  type RegisterChange,
  type RegisterContent,
  type RegisterDifference,
  type RegisterOutcome,
  type RegisterRefusal,
  readSecret,
  registerContent,
  registerDifferences,
  rootSignatures,
  type SigningKeyPair,
  writePublic,
} from "#trust";
import { readInput } from "./read-input.ts";

/** Reads a bundle. Throws TracepostError VERIFICATION, or INPUT_INVALID when it cannot be read. */
export async function loadBundle(file: string): Promise<RegisterBundle> {
  const bytes = await readInput(file, TRUST_LIMITS.registerBytesMax);
  return takenOr(parseRegisterBundle(bytes), file);
}

/** Writes a bundle in one piece. */
export async function saveBundle(file: string, bundle: RegisterBundle): Promise<void> {
  await writePublic(file, formatRegisterBundle(bundle));
}

/** What a bundle says. Throws TracepostError VERIFICATION when it is not whole. */
export function contentOf(bundle: RegisterBundle, file: string): RegisterContent {
  return takenOr(registerContent(bundle), file);
}

/** A value that was not refused. Throws TracepostError VERIFICATION with what to do. */
export function takenOr<T>(outcome: RegisterOutcome<T>, file: string): T {
  if (outcome.ok) return outcome.value;
  throw refusalFault(outcome.refusal, file);
}

/** A refusal as a fault, in the words of the table. */
export function refusalFault(refusal: RegisterRefusal, file: string): TracepostError {
  const { code, detail, field } = refusal;
  const { meaning, remedy } = REGISTER_REFUSALS[code];
  const problems = [`${field} ${detail} (${code})`];
  return new TracepostError("VERIFICATION", `${file} is not taken: ${meaning}`, {
    problems,
    remedy,
  });
}

/** Root public keys of files. Throws TracepostError USAGE when there is none, or KEY_FILE. */
export async function loadRootKeys(files: readonly string[] | undefined) {
  if (files === undefined || files.length === 0) {
    throw new TracepostError("USAGE", "It is not said which root keys are believed", {
      remedy: "Give each public key that you have from hand to hand: --root FILE, once for each.",
    });
  }
  return await Promise.all(files.map((file) => loadPublicKey(file)));
}

/** The passphrase of a key, from a file of its owner alone. Throws USAGE or KEY_FILE. */
export async function readPassphrase(file: string | undefined): Promise<string> {
  if (file !== undefined) return (await readSecret(file)).trimEnd();
  throw new TracepostError("USAGE", "The key is under a passphrase", {
    remedy: "Write it into a file that only you can read, and give --passphrase-file FILE.",
  });
}

/** The key of a holder, which may be under a passphrase (TP-REG-11). Throws KEY_FILE or USAGE. */
export async function loadHeldKey(key: HeldKeyOptions): Promise<SigningKeyPair> {
  return await loadProtectedKey(key.key, () => readPassphrase(key.passphraseFile));
}

/** Options of a command that signs with a root key, or a freshness key. */
export interface HeldKeyOptions {
  readonly key: string;
  readonly passphraseFile?: string;
}

/** What a command changed, or would change, in a draft. */
export interface DraftReport {
  readonly draft: string;
  readonly version: string;
  /** Nothing was written. */
  readonly dryRun: boolean;
  /** Signatures of root keys that it has, and needs. */
  readonly signatures: number;
  readonly threshold: number;
  readonly differences: readonly RegisterDifference[];
}

/** Where a draft is, and whether it may be written. */
export interface DraftOptions {
  readonly draft: string;
  readonly dryRun?: boolean;
}

/** Applies a change to a draft, and tells what it changes (TP-REG-10). */
export async function changeDraft(
  { draft: file, dryRun = false }: DraftOptions,
  change: (content: RegisterContent) => RegisterChange,
  nowMs: number,
): Promise<DraftReport> {
  const bundle = await loadBundle(file);
  const before = contentOf(bundle, file);
  const next = takenOr(draftSuccessor(bundle, change(before), nowMs), file);
  const report = reportOf(file, next, before, dryRun);
  if (!dryRun) await saveBundle(file, next);
  return report;
}

/** What a bundle says beside another, and how far it is signed. */
export function reportOf(
  file: string,
  bundle: RegisterBundle,
  before: RegisterContent | undefined,
  dryRun: boolean,
): DraftReport {
  const after = contentOf(bundle, file);
  const { manifest, roots, signed } = after.manifest;
  const signatures = rootSignatures(signed, roots);
  const differences = registerDifferences(before, after);
  const { threshold } = roots;
  const version = `${manifest.version}`;
  return { draft: file, version, dryRun, signatures, threshold, differences };
}

/** A report as a person reads it. */
export function reportLines(report: DraftReport): string[] {
  const { draft, dryRun, signatures, threshold, version } = report;
  return [
    dryRun
      ? `Version ${version} would be written to ${draft}; nothing was changed.`
      : `Version ${version} in ${draft}, signed by ${signatures} of ${threshold} that are needed.`,
    ...differenceLines(report.differences),
  ];
}

/** Differences as a person reads them. */
export function differenceLines(differences: readonly RegisterDifference[]): string[] {
  if (differences.length === 0) return ["Nothing differs."];
  return differences.flatMap(({ about, added, removed }) =>
    [about, ...removed.map((fact) => `  - ${fact}`), ...added.map((fact) => `  + ${fact}`)].map(
      printable,
    ),
  );
}
