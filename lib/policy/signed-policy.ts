import { readFile } from "node:fs/promises";
import { accepted, type Outcome, refused, TracepostError } from "#errors";
import { PolicyVersion, SignedPolicy } from "#proto";
import { POLICY_LIMITS } from "#runtime";
import {
  checkRootSignatures,
  loadPublicKey,
  PAYLOAD_TYPES,
  type RootSigned,
  type RootSigners,
  type SigningKeyPair,
  withRootSignature,
} from "#trust";
import { decodeExactly, timestampMs } from "#wire";
import { checkPolicyText } from "./check-policy-text.ts";
import { compilePolicy, type RoutingPolicy } from "./routing-policy.ts";

/** A policy whose signatures and text were checked. */
export interface VerifiedPolicy {
  readonly policy: RoutingPolicy;
  readonly issuedAtMs: number;
  readonly reason: string;
  /** As signed: what is stored and handed on. */
  readonly bytes: Uint8Array;
}

/** Encodes a version of a policy, signed by nobody yet (TP-POLICY-4). */
export function draftPolicy(version: PolicyVersion): Uint8Array {
  const policy = PolicyVersion.encode(version).finish();
  return SignedPolicy.encode({ policy, signatures: [] }).finish();
}

/** Adds a signature of a root key; that of a key that has signed already is replaced. */
export function addPolicySignature(file: Uint8Array, root: SigningKeyPair): Uint8Array {
  const signed = SignedPolicy.decode(file);
  const signatures = withRootSignature(rootSigned(signed), root);
  return SignedPolicy.encode({ ...signed, signatures }).finish();
}

function rootSigned({ policy, signatures }: SignedPolicy): RootSigned {
  return { type: PAYLOAD_TYPES.policy, payload: policy, signatures };
}

/**
 * Reads a policy file without asking who signed it: MALFORMED or TOO_LARGE. For who is about to
 * sign it, and for looking at one.
 */
export function parsePolicyFile(
  bytes: Uint8Array,
): Outcome<{ readonly signed: SignedPolicy; readonly version: PolicyVersion }> {
  if (bytes.length > POLICY_LIMITS.policyBytesMax) {
    return refused("TOO_LARGE", "policy", `over ${POLICY_LIMITS.policyBytesMax} bytes`);
  }
  const signed = decodeExactly(SignedPolicy, bytes);
  const version = signed && decodeExactly(PolicyVersion, signed.policy);
  if (signed === undefined || version === undefined) {
    return refused("MALFORMED", "policy", "is not encoded as we do");
  }
  if (version.version < 1n) return refused("MALFORMED", "policy.version", "begins at 1");
  if (timestampMs(version.issuedAt) === undefined) {
    return refused("MALFORMED", "policy.issued_at", "is missing");
  }
  return accepted({ signed, version });
}

/**
 * Verifies and compiles a policy (TP-POLICY-4): enough root keys have signed these bytes, and the
 * text is a policy by the schema. SIGNATURE_INVALID, TOO_LARGE or MALFORMED with the first
 * finding; never half a policy. Whether its version is higher is for the caller to judge.
 */
export function openPolicy(bytes: Uint8Array, signers: RootSigners): Outcome<VerifiedPolicy> {
  const parsed = parsePolicyFile(bytes);
  if (!parsed.ok) return parsed;
  const { signed, version } = parsed.value;
  const refusal = checkRootSignatures(rootSigned(signed), signers, "policy.signatures");
  if (refusal !== undefined) return { ok: false, refusal };
  const { rules, findings } = checkPolicyText(version.text);
  const error = findings.find(({ severity }) => severity === "error");
  if (error !== undefined) {
    const { line, message, rule } = error;
    return refused("MALFORMED", "policy.text", `line ${line}, rule ${rule}: ${message}`);
  }
  const policy = compilePolicy(rules, { version: version.version, text: version.text });
  const issuedAtMs = timestampMs(version.issuedAt) ?? 0;
  return accepted({ policy, issuedAtMs, reason: version.reason, bytes });
}

/**
 * Reads a policy file with the root keys it must be signed by. Throws TracepostError VERIFICATION
 * when it is absent or does not open, KEY_FILE when a root key cannot be read.
 */
export async function loadPolicy(
  file: string,
  signers: { readonly rootPublicKeyFiles: readonly string[]; readonly threshold?: number },
): Promise<VerifiedPolicy> {
  const keys = await Promise.all(signers.rootPublicKeyFiles.map((path) => loadPublicKey(path)));
  const remedy = "Fetch the policy again from the secretariat; do not decide by this one.";
  const bytes = await readFile(file).catch((caught: unknown) => {
    throw new TracepostError("VERIFICATION", `${file} cannot be read`, { cause: caught, remedy });
  });
  const opened = openPolicy(bytes, { keys, threshold: signers.threshold ?? keys.length });
  if (opened.ok) return opened.value;
  const { code, detail, field } = opened.refusal;
  throw new TracepostError("VERIFICATION", `${file} is no policy signed by the root keys`, {
    problems: [`${field} ${detail} (${code})`],
    remedy,
  });
}
