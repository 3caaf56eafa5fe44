import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";
import type { TlsFiles } from "#tls";

/** A mail as the server took it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Whether the line was encrypted, and who had logged in. */
  readonly secure: boolean;
  readonly user: string;
  /** As it came, headers and text. */
  readonly raw: string;
}

/** How a server is to be. */
export interface MailServerOptions {
  /** Its certificate; without one it speaks plain text. */
  readonly tls?: TlsFiles;
  /** TLS from the first byte, not after STARTTLS. */
  readonly isTlsFromStart?: boolean;
  /** Who may log in; without one nobody has to. */
  readonly login?: { readonly user: string; readonly password: string };
}

/** Somebody's SMTP server on loopback. */
export class MailServer {
  readonly taken: TakenMail[] = [];
  /** Status that the next mails are refused with; 0 takes them. */
  refusal = 0;
  /** Waited for before a mail is taken. */
  beforeAnswer: () => Promise<void> = async () => undefined;
  readonly #options: MailServerOptions;
  #server: SMTPServer | undefined;
  #port = 0;

  constructor(options: MailServerOptions = {}) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  /** Starts; a second start listens where the first did. */
  async start(): Promise<void> {
    const { isTlsFromStart = false, login, tls } = this.#options;
    const pem = tls === undefined ? undefined : await readFile(tls.certFile, "utf8");
    const server = new SMTPServer({
      ...(pem === undefined ? {} : { cert: pem, key: pem }),
      secure: isTlsFromStart,
      disabledCommands: pem === undefined ? ["STARTTLS"] : [],
      closeTimeout: 100,
      disableReverseLookup: true,
      authOptional: login === undefined,
      allowInsecureAuth: pem === undefined,
      onAuth: ({ username = "", password }, _session, answer) => {
        const isKnown = username === login?.user && password === login.password;
        answer(isKnown ? null : statusOf(535), isKnown ? { user: username } : undefined);
      },
      onRcptTo: (_address, _session, answer) =>
        answer(this.refusal === 0 ? null : statusOf(this.refusal)),
      onData: (stream, session, answer) => {
        void text(stream).then(async (raw) => {
          const { mailFrom, rcptTo } = session.envelope;
          const from = mailFrom === false ? "" : mailFrom.address;
          const to = rcptTo.map(({ address }) => address);
          const user = String(session.user ?? "");
          await this.beforeAnswer();
          this.taken.push({ from, to, secure: session.secure, user, raw });
          answer(null);
        });
      },
    });
    server.on("error", () => undefined);
    await new Promise<void>((resolve) => {
      const { server: listening } = server;
      listening.once("listening", resolve);
      server.listen(this.#port, "127.0.0.1");
    });
    this.#server = server;
    this.#port = (server.server.address() as AddressInfo).port;
  }

  /** Goes away; nobody listens from here on. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

/** What answers where a mail server is expected. */
export interface OddMailServer {
  readonly port: number;
  /** Fulfilled with the first connection. */
  readonly asked: Promise<void>;
  close(): Promise<void>;
}

/** Something on loopback that answers each connection with a text of its own. */
export async function startOddMailServer(answer: string): Promise<OddMailServer> {
  const asked = Promise.withResolvers<void>();
  const server: Server = createServer((socket) => {
    asked.resolve();
    socket.on("error", () => undefined);
    if (answer !== "") socket.write(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked: asked.promise,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function statusOf(responseCode: number): Error {
  return Object.assign(new Error("of no concern here"), { responseCode });
}
