import { TracepostError } from "#errors";
import { type ConnectionOptions, openConnection } from "./connection.ts";

const ANSWER_MS = 10_000;

interface ReloadAnswer {
  readonly error?: { readonly description?: string };
}

/**
 * Has a running server read its configuration again, certificates included, with the system user's
 * credentials; connections stay (TP-TLS-6). Throws TracepostError TRANSPORT when it does not.
 */
export async function reloadServer(options: ConnectionOptions): Promise<void> {
  const connection = await openConnection(options);
  const ask = async <T>(subject: string): Promise<T> =>
    (await connection.request(subject, "", { timeout: ANSWER_MS })).json<T>();
  try {
    const { server } = await ask<{ readonly server: { readonly id: string } }>(
      "$SYS.REQ.SERVER.PING.VARZ",
    );
    const { error } = await ask<ReloadAnswer>(`$SYS.REQ.SERVER.${server.id}.RELOAD`);
    if (error === undefined) return;
    throw new TracepostError("TRANSPORT", "the nats-server keeps its certificate", {
      problems: [error.description ?? "it gives no reason"],
      remedy: "Mend what it says and renew again; the certificate before is still in use.",
    });
  } catch (caught) {
    throw TracepostError.from(caught, "TRANSPORT");
  } finally {
    await connection.close();
  }
}
