import type { KeyObject } from "node:crypto";
import { TracepostError } from "#errors";
import { judgeSuccession, parseCheckpoint } from "#message-log";
import { KeyPurpose, type RegisterBundle, type RegisterManifest } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import {
  isDraft,
  logPublicKeyOf,
  type OpenedManifest,
  type OpenedSuccession,
  openManifest,
  parseSuccession,
  publicKeyOf,
} from "#trust";
import type { CommandResult } from "../command-result.ts";
import { readInput } from "../read-input.ts";
import { contentOf, takenOr } from "../register-files.ts";

/** Reads a statement, whoever signed it. Throws TracepostError INPUT_INVALID or VERIFICATION. */
export async function readSuccession(file: string): Promise<OpenedSuccession> {
  return takenOr(parseSuccession(await readInput(file, REGISTER_LIMITS.successionBytesMax)), file);
}

/** The manifest that is in force while a bundle is a draft; of a published one its last. */
export function manifestInForce(bundle: RegisterBundle, file: string): OpenedManifest {
  const signed = isDraft(bundle) ? bundle.manifests.at(-2) : bundle.manifests.at(-1);
  const opened = signed && openManifest(signed);
  if (opened?.ok) return opened.value;
  throw new TracepostError("VERIFICATION", `${file} follows no version that is in force`, {
    remedy: "Begin the draft from the register that is published: tracepost register draft",
  });
}

/** Keys that checkpoints of a manifest's log were signed with. */
function keysOf({ gatewayKeys, logKeys }: RegisterManifest): readonly KeyObject[] {
  const own = gatewayKeys.filter(({ purpose }) => purpose === KeyPurpose.CHECKPOINT);
  return [
    ...own.map(({ publicKey }) => publicKeyOf(publicKey)),
    ...logKeys.map(({ publicKey }) => logPublicKeyOf(publicKey)),
  ];
}

/**
 * Judges the checkpoint of a statement by the register in force, as every participant will. Throws
 * TracepostError INPUT_INVALID with what to do.
 */
export function requireCosigned(
  statement: { readonly oldOrigin: string; readonly checkpoint: string },
  { bundle, file }: { readonly bundle: RegisterBundle; readonly file: string },
): void {
  const { manifest } = manifestInForce(bundle, file);
  const witnesses = (manifest.witnesses?.witnesses ?? []).map(({ publicKey, ...one }) => {
    return { ...one, publicKey: publicKeyOf(publicKey) };
  });
  const sets = [{ quorum: manifest.witnesses?.quorum ?? 0, witnesses }];
  const verdict = judgeSuccession(
    statement,
    { publicKeys: keysOf(manifest), witnesses: sets },
    undefined,
  );
  if (verdict.ok) return;
  const { code, detail } = verdict.refusal;
  throw new TracepostError("INPUT_INVALID", "The checkpoint is none that a log can be ended with", {
    problems: [`succession.checkpoint ${detail} (${code})`],
    remedy:
      "Fetch the newest one from a witness (GET /<SHA-256 of the origin>/checkpoint) or from " +
      "log-cosigned.checkpoint of a participant. Only if nobody has one: --no-cosigned-checkpoint.",
  });
}

/** Number of the version that a bundle drafts, or that would follow it. */
export function versionBrought(bundle: RegisterBundle, file: string): bigint {
  const { version } = contentOf(bundle, file).manifest.manifest;
  return isDraft(bundle) ? version : version + 1n;
}

/** What a statement says. */
export function tellSuccession({
  digest,
  signed,
  succeedsAtMs,
  succession,
}: OpenedSuccession): CommandResult {
  const { checkpointKeys, newOrigin, noCosignedCheckpoint, oldOrigin, reason } = succession;
  const size = parseCheckpoint(succession.checkpoint)?.size ?? 0;
  const registerVersion = `${succession.registerVersion}`;
  const known = noCosignedCheckpoint
    ? "No checkpoint of it is known that a quorum has cosigned: nothing in it is relied on."
    : `It is proven up to ${size} entries; what it recorded beyond is recorded again.`;
  return {
    json: {
      ...{ oldOrigin, newOrigin, size, noCosignedCheckpoint, registerVersion },
      succeedsAt: new Date(succeedsAtMs).toISOString(),
      reason,
      digest: Buffer.from(digest).toString("hex"),
      signatures: signed.signatures.map(({ keyId }) => keyId),
    },
    lines: [
      `The log ${oldOrigin} has ended. ${known}`,
      `The log ${newOrigin} succeeds it, from version ${registerVersion} of the register on,`,
      `signed with ${checkpointKeys.map(({ keyId }) => keyId).join(", ")}.`,
      `Reason: ${reason}`,
    ],
  };
}
