import { TracepostError } from "#errors";
import { judgeSuccession, parseCheckpoint } from "#message-log";
import { ParticipantRegister, type RegisterBundle } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import {
  checkpointKeysOf,
  createRegisterView,
  isDraft,
  type OpenedManifest,
  type OpenedSuccession,
  openManifest,
  parseSuccession,
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

/**
 * Judges the checkpoint of a statement by the register in force, as every participant will. Throws
 * TracepostError INPUT_INVALID with what to do.
 */
export function requireCosigned(
  statement: { readonly oldOrigin: string; readonly checkpoint: string },
  { bundle, file }: { readonly bundle: RegisterBundle; readonly file: string },
): void {
  const { gatewayKeys, logKeys, witnesses } = manifestInForce(bundle, file).manifest;
  const view = createRegisterView(ParticipantRegister.create({ gatewayKeys, logKeys, witnesses }));
  const old = { publicKeys: checkpointKeysOf(view), witnesses: [view.witnesses] };
  const verdict = judgeSuccession(statement, old, undefined);
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
