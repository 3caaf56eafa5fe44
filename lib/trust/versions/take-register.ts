import type { RegisterBundle, SignedFreshness } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { checkRegister } from "../check-register.ts";
import { createRegisterView } from "../register-view.ts";
import { believedRegister } from "./believed-register.ts";
import { followManifests } from "./follow-manifests.ts";
import { openFreshness } from "./freshness.ts";
import { isSameManifest, type OpenedManifest } from "./manifest.ts";
import { pinStatements } from "./pinned-statements.ts";
import type { OpenedEntry } from "./register-entry.ts";
import { type RegisterOutcome, type RegisterRefusal, registerRefused } from "./register-refusal.ts";
import type { RegisterState, TakenRegister } from "./register-state.ts";
import { resolveEntries } from "./resolve-entries.ts";

/** What came of a register that was offered. */
export type Taking =
  /** A new version is in force. */
  | { readonly outcome: "taken"; readonly state: RegisterState; readonly taken: TakenRegister }
  /** It is the version in force; its freshness may be newer. */
  | { readonly outcome: "known"; readonly state: RegisterState; readonly taken: TakenRegister }
  /** Nothing has changed. */
  | {
      readonly outcome: "refused";
      readonly state: RegisterState;
      readonly refusal: RegisterRefusal;
    };

/**
 * The register client (TP-REG-5): judges what is offered by what is pinned and by the time, and
 * takes it whole or not at all. Pure; the caller stores the new state before it uses it. Whether a
 * statement about keys was believed shows in `registerAlarms`.
 */
export function takeRegister(state: RegisterState, offered: RegisterBundle, nowMs: number): Taking {
  const judged = judge(state, offered, nowMs);
  return judged.ok ? judged.value : { outcome: "refused", state, refusal: judged.refusal };
}

function judge(
  state: RegisterState,
  offered: RegisterBundle,
  nowMs: number,
): RegisterOutcome<Taking> {
  const anchor = { roots: state.roots, manifest: state.taken?.manifest };
  const followed = followManifests(anchor, offered.manifests);
  if (!followed.ok) return followed;
  const manifest = followed.value;
  if (manifest.issuedAtMs > nowMs + REGISTER_LIMITS.aheadMsMax) {
    return registerRefused("AHEAD", "manifest.issued_at", "has not come yet");
  }
  if (nowMs >= manifest.expiresAtMs + REGISTER_LIMITS.graceMs) {
    return registerRefused("EXPIRED", "manifest.expires_at", "is more than 30 days ago");
  }
  const freshAtMs = freshnessOf(offered, manifest, nowMs);
  if (!freshAtMs.ok) return freshAtMs;
  const { taken } = state;
  if (taken !== undefined && isSameManifest(taken.manifest, manifest)) {
    const fresher = freshenedBy(taken, offered.freshness, freshAtMs.value);
    const known: Taking = { outcome: "known", state: { ...state, taken: fresher }, taken: fresher };
    return { ok: true, value: known };
  }
  if (offered.entryDigests.length === 0 && manifest.manifest.entryCount > 0) {
    // A word of freshness of a version that is not here yet: to be fetched, and no incident.
    return registerRefused("ENTRY_MISSING", "entries", "are not in it");
  }
  const entries = resolveEntries(manifest, offered, taken?.entries ?? []);
  if (!entries.ok) return entries;
  const next = putInForce(state, manifest, entries.value);
  if (!next.ok) return next;
  const fresher = freshenedBy(next.value.taken, offered.freshness, freshAtMs.value);
  return {
    ok: true,
    value: { outcome: "taken", state: { ...next.value, taken: fresher }, taken: fresher },
  };
}

/** A state with a version in force. */
export type TakenState = RegisterState & { readonly taken: TakenRegister };

/**
 * Puts entries in force that were found for a manifest, pinning what may be believed. MALFORMED
 * when what they say together is no register.
 */
export function putInForce(
  state: RegisterState,
  manifest: OpenedManifest,
  entries: readonly OpenedEntry[],
): RegisterOutcome<TakenState> {
  const statements = pinStatements(state.statements, entries);
  const register = believedRegister(manifest, entries, statements);
  const problem = checkRegister(register);
  if (problem !== undefined) {
    const field = problem.field.replace(/^register\./u, "");
    return registerRefused("MALFORMED", field, problem.detail);
  }
  const view = createRegisterView(register, manifest.manifest.freshnessKeys);
  const { issuedAtMs: freshAtMs, roots } = manifest;
  const taken = { manifest, entries, view, freshAtMs, freshness: undefined };
  return { ok: true, value: { ...state, roots, statements, taken } };
}

function freshnessOf(
  { freshness: signed }: RegisterBundle,
  manifest: OpenedManifest,
  nowMs: number,
): RegisterOutcome<number> {
  if (signed === undefined) return { ok: true, value: manifest.issuedAtMs };
  return openFreshness(signed, manifest, nowMs);
}

/** A version with a later time at which it was the newest; an earlier one takes nothing away. */
export function freshenedBy(
  taken: TakenRegister,
  freshness: SignedFreshness | undefined,
  freshAtMs: number,
): TakenRegister {
  return freshAtMs <= taken.freshAtMs ? taken : { ...taken, freshAtMs, freshness };
}

/**
 * Believes the statement in the register in force from now on, whatever was pinned: a person has
 * asked the participant by another channel (TP-REG-7). The same state when it is not in there.
 */
export function believeStatement(
  state: RegisterState,
  participant: string,
): RegisterOutcome<RegisterState> {
  const { taken } = state;
  const entry = taken?.entries.find((one) => one.participant.id === participant);
  if (taken === undefined || entry === undefined) return { ok: true, value: state };
  const statements = new Map(state.statements).set(participant, entry.statement);
  const next = putInForce({ ...state, statements }, taken.manifest, taken.entries);
  if (!next.ok) return next;
  const kept = freshenedBy(next.value.taken, taken.freshness, taken.freshAtMs);
  return { ok: true, value: { ...next.value, taken: kept } };
}
