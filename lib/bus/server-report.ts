import { TracepostError } from "#errors";
import { type ConnectionOptions, openConnection } from "./connection.ts";

/** How the system account is asked about the server. */
const REPORT_SUBJECT = "$SYS.REQ.SERVER.PING.VARZ";
const REPORT_TIMEOUT_MS = 5_000;

/** What a server says about itself, as far as it matters to us. */
export interface ServerReport {
  readonly version: string;
  readonly host: string;
  readonly payloadBytesMax: number;
  /** Empty when JetStream is off. */
  readonly storeDir: string;
  readonly storeBytesMax: number;
  /** 0 when there is no such listener. */
  readonly webSocketPort: number;
  /** Whether it lets nobody in without TLS and a certificate. */
  readonly wantsCertificates: boolean;
  /** 0 when it takes no leafs. */
  readonly leafPort: number;
  /** Where it waits for leafs; "" when it takes none. */
  readonly leafHost: string;
  /** The same as wantsCertificates, of leafs. */
  readonly leafWantsCertificates: boolean;
}

interface Varz {
  readonly data?: {
    readonly version?: string;
    readonly host?: string;
    readonly max_payload?: number;
    readonly jetstream?: { readonly config?: { store_dir?: string; max_storage?: number } };
    readonly tls_required?: boolean;
    readonly tls_verify?: boolean;
    readonly leaf?: {
      readonly host?: string;
      readonly port?: number;
      readonly tls_required?: boolean;
      readonly tls_verify?: boolean;
    };
    readonly websocket?: { readonly port?: number };
  };
}

/**
 * Asks a server for its effective settings, with the system user's credentials: what a
 * configuration file says and what a server does are two things.
 */
export async function readServerReport(options: ConnectionOptions): Promise<ServerReport> {
  const connection = await openConnection(options);
  try {
    const answer = await connection.request(REPORT_SUBJECT, "", { timeout: REPORT_TIMEOUT_MS });
    const { data } = answer.json<Varz>();
    return {
      version: data?.version ?? "",
      host: data?.host ?? "",
      payloadBytesMax: data?.max_payload ?? 0,
      storeDir: data?.jetstream?.config?.store_dir ?? "",
      storeBytesMax: data?.jetstream?.config?.max_storage ?? 0,
      webSocketPort: data?.websocket?.port ?? 0,
      wantsCertificates: wantsThem(data),
      leafPort: data?.leaf?.port ?? 0,
      leafHost: data?.leaf?.host ?? "",
      leafWantsCertificates: wantsThem(data?.leaf),
    };
  } catch (caught) {
    throw TracepostError.from(caught, "TRANSPORT");
  } finally {
    await connection.close();
  }
}

function wantsThem(
  door: { readonly tls_required?: boolean; readonly tls_verify?: boolean } | undefined,
): boolean {
  return door?.tls_required === true && door.tls_verify === true;
}
