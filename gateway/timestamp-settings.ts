import { readFile } from "node:fs/promises";
import { type Static, Type } from "typebox";
import { TracepostError } from "#errors";
import { pathFrom, TIMESTAMP_LIMITS } from "#runtime";
import { type AskedAuthority, parseRootCertificates, TIMESTAMP_DIGESTS } from "#timestamps";

const closed = { additionalProperties: false } as const;

/** Authorities that time-stamp checkpoints, in the gateway's configuration (TP-STAMP-4). */
export const TIMESTAMP_SETTINGS = Type.Object(
  {
    /** How often each is asked, in milliseconds. Default: once a day. */
    everyMs: Type.Optional(Type.Integer({ minimum: TIMESTAMP_LIMITS.everyMsMin })),
    authorities: Type.Array(
      Type.Object(
        {
          url: Type.String({ pattern: "^https?://", maxLength: 500 }),
          /** Its root certificates, PEM or DER. */
          rootFile: Type.String({ minLength: 1 }),
          /** Object identifier of the policy that is asked for. Default: the authority's own. */
          policy: Type.Optional(Type.String({ pattern: "^[0-2](\\.(0|[1-9][0-9]*)){1,30}$" })),
          /** By what the checkpoint is digested. Default: SHA-512. */
          digest: Type.Optional(Type.Enum([...TIMESTAMP_DIGESTS])),
        },
        closed,
      ),
      { minItems: 1, maxItems: TIMESTAMP_LIMITS.authoritiesMax },
    ),
  },
  closed,
);

/** What a configuration says of time-stamps. */
export type TimestampSettings = Static<typeof TIMESTAMP_SETTINGS>;

/** The same with absolute paths, those of a file relative to its folder. */
export function timestampsFrom(file: string, settings: TimestampSettings): TimestampSettings {
  const authorities = settings.authorities.map((one) => {
    return { ...one, rootFile: pathFrom(file, one.rootFile) };
  });
  return { ...settings, authorities };
}

/** Reads the root certificates of each. Throws TracepostError KEY_FILE. */
export async function openAuthorities(
  settings: TimestampSettings | undefined,
): Promise<AskedAuthority[]> {
  return await Promise.all(
    (settings?.authorities ?? []).map(async ({ digest = "SHA-512", policy, rootFile, url }) => {
      const bytes = await readFile(rootFile).catch((caught: unknown) => {
        throw new TracepostError("KEY_FILE", `${rootFile} cannot be read`, {
          cause: caught,
          remedy: "Lay the root certificate of the time-stamping authority there.",
        });
      });
      return { url, digest, policy, roots: parseRootCertificates(bytes, rootFile) };
    }),
  );
}
