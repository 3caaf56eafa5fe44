import { Type } from "typebox";
import { TracepostError } from "#errors";
import { pathFrom } from "#runtime";
import type { TlsFiles } from "./tls-files.ts";

const path = Type.String({ minLength: 1 });

/** How a configuration names the files of the log-in to NATS (TP-TLS-1). */
export const NATS_TLS_SETTINGS = Type.Object(
  { certFile: path, keyFile: path, caFile: path },
  { additionalProperties: false },
);

/** What a configuration says of TLS at an HTTP door (TP-TLS-4). */
export const DOOR_SETTINGS = {
  /** Certificate, key and its authorities; with them the door speaks HTTPS and nothing else. */
  tls: Type.Optional(NATS_TLS_SETTINGS),
  /** Says that a door off loopback may speak plain HTTP: something else keeps the line private. */
  plaintext: Type.Optional(Type.Literal("private-network")),
} as const;

/** The part of a configuration that is about TLS. */
interface TransportConfig {
  readonly natsUrl: string;
  readonly natsTls?: TlsFiles | undefined;
  readonly http: { readonly host: string; readonly tls?: TlsFiles };
}

/**
 * Makes the paths of certificates absolute and checks that address and files fit: neither is a
 * certificate left unused, nor a tls:// address without one. Throws TracepostError CONFIG_INVALID.
 */
export function transportFrom<C extends TransportConfig>(
  configFile: string,
  config: C,
): Pick<C, "natsTls" | "http"> {
  const { http, natsTls, natsUrl } = config;
  if (natsUrl.startsWith("tls://") !== (natsTls !== undefined)) {
    const problem =
      natsTls === undefined
        ? `natsTls: is missing, and natsUrl is ${natsUrl}: name certFile, keyFile and caFile`
        : `natsUrl: is ${natsUrl}, and natsTls names certificates: write it with tls://`;
    throw new TracepostError("CONFIG_INVALID", `${configFile} is not a valid configuration`, {
      problems: [problem],
      remedy: "Credentials are sent in plain text to nobody by mistake: set both or none.",
    });
  }
  return {
    ...(natsTls === undefined ? {} : { natsTls: filesFrom(configFile, natsTls) }),
    http: doorFrom(configFile, http),
  } as Pick<C, "natsTls" | "http">;
}

/** A door's settings with the paths of its certificates made absolute. */
export function doorFrom<D extends { readonly tls?: TlsFiles }>(configFile: string, door: D): D {
  return door.tls === undefined ? door : { ...door, tls: filesFrom(configFile, door.tls) };
}

function filesFrom(configFile: string, files: TlsFiles): TlsFiles {
  return {
    certFile: pathFrom(configFile, files.certFile),
    keyFile: pathFrom(configFile, files.keyFile),
    caFile: pathFrom(configFile, files.caFile),
  };
}
