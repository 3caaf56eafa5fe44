import { TracepostError } from "#errors";
import { type ConnectionOptions, openConnection } from "./connection.ts";

const ANSWER_MS = 5_000;

/** Reads and replaces the account tokens that a running server holds (TP-NATS-8). */
export interface ClaimsAdmin {
  /** The token the server has of an account; undefined when it has none. */
  lookUp(account: string): Promise<string | undefined>;
  /** Gives the server a token. Throws TracepostError TRANSPORT when it does not take it. */
  update(token: string): Promise<void>;
  close(): Promise<void>;
}

/** Connects with the system user's credentials. */
export async function connectClaimsAdmin(options: ConnectionOptions): Promise<ClaimsAdmin> {
  const connection = await openConnection(options);
  const ask = async (subject: string, data = ""): Promise<string> => {
    try {
      return (await connection.request(subject, data, { timeout: ANSWER_MS })).string();
    } catch (caught) {
      throw TracepostError.from(caught, "TRANSPORT");
    }
  };
  return {
    lookUp: async (account) => {
      const token = await ask(`$SYS.REQ.ACCOUNT.${account}.CLAIMS.LOOKUP`);
      return token.split(".").length === 3 ? token : undefined;
    },
    update: async (token) => {
      const answer = JSON.parse(await ask("$SYS.REQ.CLAIMS.UPDATE", token)) as { error?: unknown };
      if (answer.error === undefined) return;
      throw new TracepostError("TRANSPORT", "the nats-server does not take an account", {
        problems: [JSON.stringify(answer.error)],
      });
    },
    close: () => connection.close(),
  };
}
