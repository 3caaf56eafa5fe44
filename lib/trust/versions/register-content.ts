import { type RegisterBundle, RegisterEntry } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { draftRegister, type RegisterDraft } from "./draft-register.ts";
import { type OpenedManifest, openManifest } from "./manifest.ts";
import { entryDigest } from "./register-entry.ts";
import { type RegisterOutcome, registerRefused } from "./register-refusal.ts";
import { meetsThreshold } from "./root-signatures.ts";

/** What a bundle says, apart from who signed it. */
export interface RegisterContent {
  readonly manifest: OpenedManifest;
  readonly entries: readonly RegisterEntry[];
}

/** What a change of the register may change; the times are those of the change. */
export type RegisterChange = Partial<
  Pick<
    RegisterDraft,
    | "entries"
    | "freshnessKeys"
    | "gatewayKeys"
    | "groups"
    | "lifeMs"
    | "logKeys"
    | "logOrigin"
    | "logSuccessions"
    | "roots"
    | "witnesses"
  >
>;

/**
 * Reads what the last manifest of a whole bundle says. Nothing is verified but that the entries are
 * all there: MALFORMED or ENTRY_MISSING.
 */
export function registerContent(bundle: RegisterBundle): RegisterOutcome<RegisterContent> {
  const signed = bundle.manifests.at(-1);
  if (signed === undefined) return registerRefused("MALFORMED", "manifests", "are none");
  const manifest = openManifest(signed);
  if (!manifest.ok) return manifest;
  const byDigest = new Map(bundle.entries.map((bytes) => [entryDigest(bytes), bytes]));
  const entries: RegisterEntry[] = [];
  for (const digest of bundle.entryDigests) {
    const bytes = byDigest.get(Buffer.from(digest).toString("hex"));
    if (bytes === undefined)
      return registerRefused("ENTRY_MISSING", "entries", "are not all there");
    entries.push(RegisterEntry.decode(bytes));
  }
  return { ok: true, value: { manifest: manifest.value, entries } };
}

/**
 * Drafts the version after the last signed one of a bundle, unsigned (TP-REG-10): what is changed,
 * and the rest as it was. The manifests before it stay in the bundle, so that whoever has an older
 * version can follow. A draft that is changed again keeps its number and loses its signatures.
 */
export function draftSuccessor(
  bundle: RegisterBundle,
  change: RegisterChange,
  nowMs: number,
): RegisterOutcome<RegisterBundle> {
  const content = registerContent(bundle);
  if (!content.ok) return content;
  const { entries, manifest } = content.value;
  const before = isDraft(bundle) ? bundle.manifests.slice(0, -1) : bundle.manifests;
  const signed = before.at(-1);
  const previous = signed && openManifest(signed);
  if (previous !== undefined && !previous.ok) return previous;
  const { freshnessKeys, gatewayKeys, groups, logKeys, logOrigin, logSuccessions, witnesses } =
    manifest.manifest;
  const drafted = draftRegister({
    previous: previous?.value,
    issuedAtMs: nowMs,
    logOrigin,
    entries,
    roots: manifest.roots,
    gatewayKeys,
    freshnessKeys,
    groups,
    logKeys,
    witnesses,
    logSuccessions,
    ...change,
  });
  const kept = before.slice(-REGISTER_LIMITS.manifestsKept);
  return { ok: true, value: { ...drafted, manifests: [...kept, ...drafted.manifests] } };
}

/**
 * Whether the last manifest of a bundle still lacks signatures, of the root keys before it or of
 * its own: it may be changed, or signed.
 */
export function isDraft({ manifests }: RegisterBundle): boolean {
  const [last, before] = manifests.toReversed();
  const own = last && openManifest(last);
  if (!last || !own?.ok) return false;
  const judge = before && openManifest(before);
  const { roots } = own.value;
  const sets = judge?.ok ? [judge.value.roots, roots] : [roots];
  return sets.some((set) => !meetsThreshold(last, set));
}
