import { TracepostError } from "#errors";
import type { PolicyOffer } from "#post";
import { LogEvidence } from "#proto";
import { boundedBody, POLICY_LIMITS, patientFetch, RECORDS_LIMITS, TRUST_LIMITS } from "#runtime";
import {
  entryDigest,
  formatRegisterBundle,
  parseRegisterBundle,
  type RegisterClient,
  withEntries,
} from "#trust";
import { decodeExactly, LOG_EVIDENCE_HEADER } from "#wire";

/** Fetches one version of the register as it was published; undefined when it cannot be had now. */
export type FetchVersion = (version: bigint) => Promise<Uint8Array | undefined>;

/** Fetches the policy in force at the exchange; undefined when it cannot be had now. */
export type FetchPolicy = () => Promise<PolicyOffer | undefined>;

/** The same for a register: to a client that has a version it gives what that one lacks. */
export type FetchRegister = (client?: RegisterClient) => Promise<Uint8Array | undefined>;

/**
 * Fetches the register in force from the door of the exchange (TP-RUN-5). Whoever answers there is
 * not believed: what comes is verified like any other. For a client that has a version it fetches
 * the manifests since, and the entries it lacks, each by its digest; where that does not go
 * together, the whole (TP-REG-13). Gives undefined when nobody answers in time; throws
 * TracepostError UNAVAILABLE for an answer that is no register.
 */
export function fetchRegisterFrom(exchangeUrl: string): FetchRegister {
  const door = new URL(exchangeUrl);
  return async (client) => {
    const parts = client && (await fetchParts(door, client).catch(() => undefined));
    return parts ?? (await fetchBytes(new URL("/register", door), TRUST_LIMITS.registerBytesMax));
  };
}

/** Fetches a version that was passed over from the same door (TP-REG-16). */
export function fetchVersionFrom(exchangeUrl: string): FetchVersion {
  const door = new URL(exchangeUrl);
  return (version) =>
    fetchBytes(new URL(`/register?version=${version}`, door), TRUST_LIMITS.registerBytesMax);
}

/** The same for the routing policy in force, with the proof that it was logged (TP-POLICY-10). */
export function fetchPolicyFrom(exchangeUrl: string): FetchPolicy {
  const url = new URL("/policy", exchangeUrl);
  return async () => {
    const fetched = await fetchAnswer(url, POLICY_LIMITS.policyBytesMax);
    if (fetched === undefined) return undefined;
    const text = fetched.headers.get(LOG_EVIDENCE_HEADER) ?? "";
    const evidence = decodeExactly(LogEvidence, Buffer.from(text, "base64"));
    return { policy: fetched.body, evidence: text === "" ? undefined : evidence };
  };
}

/** The same for a version of the retention schedule, by default the one in force (TP-RET-10). */
export function fetchScheduleFrom(
  exchangeUrl: string,
): (version?: number) => Promise<Uint8Array | undefined> {
  return async (version) => {
    const url = new URL("/schedule", exchangeUrl);
    if (version !== undefined) url.searchParams.set("version", String(version));
    return await fetchBytes(url, RECORDS_LIMITS.scheduleFileBytesMax);
  };
}

/** A bundle with what the client lacks; undefined when it cannot be had in parts. */
async function fetchParts(door: URL, client: RegisterClient): Promise<Uint8Array | undefined> {
  const { version } = client.current.view();
  const max = TRUST_LIMITS.registerBytesMax;
  const bytes = await fetchBytes(new URL(`/register/manifest?after=${version}`, door), max);
  const parsed = bytes && parseRegisterBundle(bytes);
  if (bytes === undefined || !parsed?.ok) return undefined;
  const verdict = client.judge(bytes);
  if (verdict.outcome !== "refused") return bytes;
  if (verdict.why !== "ENTRY_MISSING") return undefined;
  const entries: Uint8Array[] = [];
  for (const digest of verdict.missing ?? []) {
    const entry = await fetchBytes(new URL(`/register/entries/${digest}`, door), max);
    if (entry === undefined || entryDigest(entry) !== digest) return undefined;
    entries.push(entry);
  }
  return formatRegisterBundle(withEntries(parsed.value, entries));
}

async function fetchBytes(url: URL, bytesMax: number): Promise<Uint8Array | undefined> {
  return (await fetchAnswer(url, bytesMax))?.body;
}

async function fetchAnswer(
  url: URL,
  bytesMax: number,
): Promise<{ readonly body: Uint8Array; readonly headers: Headers } | undefined> {
  const response = await patientFetch(url, TRUST_LIMITS.registerFetchMs).catch(() => undefined);
  if (response === undefined) return undefined;
  if (response.status !== 200 || response.body === null) {
    throw new TracepostError("UNAVAILABLE", `${url.origin} answers ${response.status}`);
  }
  const body = await boundedBody(response, bytesMax);
  if (body !== undefined) return { body, headers: response.headers };
  throw new TracepostError("UNAVAILABLE", `${url.href} sends over ${bytesMax} bytes`);
}
