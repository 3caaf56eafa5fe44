import MailComposer from "nodemailer/lib/mail-composer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { TracepostError } from "#errors";
import { MAIL_LIMITS, printable, readSecret, type Timers } from "#runtime";
import { loadAuthorities } from "#tls";
import { failureOf, type MailFailure } from "./mail-failure.ts";
import { domainOf, type MailSettings } from "./mail-settings.ts";

/** A mail to one person. */
export interface Mail {
  /** Names the mail in its Message-ID, so that a repeated one is known as the same. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  /** Plain text, lines ended by \n. */
  readonly text: string;
  readonly atMs: number;
}

/** What became of one attempt. */
export type MailOutcome =
  | { readonly type: "sent" }
  | {
      readonly type: "failed";
      readonly failure: MailFailure;
      /** A status of SMTP or a code of the system, nothing that the server chose to write. */
      readonly detail: string;
      /** Of a file that could not be read; for the log. */
      readonly cause?: TracepostError;
    };

const MAIL_ID = /^[A-Za-z0-9._-]{1,64}$/u;

/** Sends mails through one server, a connection for each (TP-WATCH-1 to TP-WATCH-3). */
export class Mailer {
  readonly #settings: MailSettings;
  readonly #timers: Timers;

  constructor(settings: MailSettings, timers: Timers) {
    this.#settings = settings;
    this.#timers = timers;
  }

  /** Addresses that are told. */
  get addresses(): readonly string[] {
    return this.#settings.to;
  }

  /** Reads password and authorities as for a mail. Throws TracepostError KEY_FILE. */
  async check(): Promise<void> {
    await this.#readFiles();
  }

  /**
   * Makes one attempt. What the server took is sent, also where the connection breaks afterwards;
   * a mail whose answer was lost may be sent twice, under the same Message-ID. Throws
   * TracepostError INPUT_INVALID for a mail over a limit.
   */
  async send(mail: Mail): Promise<MailOutcome> {
    const message = await composed(this.#settings.from, mail);
    let files: MailFiles;
    try {
      files = await this.#readFiles();
    } catch (caught) {
      const cause = TracepostError.from(caught);
      return { type: "failed", failure: "FILES", detail: cause.code, cause };
    }
    try {
      await this.#deliver(files, { from: this.#settings.from, to: mail.to, message });
      return { type: "sent" };
    } catch (caught) {
      return { type: "failed", ...failureOf(caught) };
    }
  }

  async #readFiles(): Promise<MailFiles> {
    const { caFile, passwordFile } = this.#settings;
    const ca = caFile === undefined ? undefined : await loadAuthorities(caFile);
    const secret = passwordFile === undefined ? undefined : await readSecret(passwordFile);
    return { ca, password: secret?.replace(/\r?\n$/u, "") };
  }

  #deliver({ ca, password }: MailFiles, { from, to, message }: Letter): Promise<void> {
    const { host, port, security, user } = this.#settings;
    const connection = new SMTPConnection({
      ...{ host, port, name: domainOf(from) },
      secure: security === "tls",
      requireTLS: security === "starttls",
      ignoreTLS: security === "none",
      tls: { minVersion: "TLSv1.2", ...(ca === undefined ? {} : { ca }) },
      connectionTimeout: MAIL_LIMITS.connectMs,
      dnsTimeout: MAIL_LIMITS.connectMs,
      greetingTimeout: MAIL_LIMITS.silenceMs,
      socketTimeout: MAIL_LIMITS.silenceMs,
      maxResponseSize: MAIL_LIMITS.answerBytesMax,
    });
    return new Promise<void>((resolve, reject) => {
      const end = (fault?: unknown): void => {
        callOff();
        if (fault === undefined || fault === null) {
          // It closes when the server has answered, or is silent.
          connection.quit();
          resolve();
        } else {
          connection.close();
          reject(fault);
        }
      };
      const callOff = this.#timers.after(MAIL_LIMITS.mailMs, () => end({ code: "ETIMEDOUT" }));
      // Also after the end: a connection that breaks later has nobody else who listens.
      connection.on("error", end);
      const send = (): void => {
        connection.send({ from, to: [to] }, message, end);
      };
      connection.connect((fault) => {
        if (fault) return end(fault);
        if (user === undefined || password === undefined) return send();
        connection.login({ user, pass: password }, (refusal) => (refusal ? end(refusal) : send()));
      });
    });
  }
}

interface MailFiles {
  readonly ca: string | undefined;
  readonly password: string | undefined;
}

interface Letter {
  readonly from: string;
  readonly to: string;
  readonly message: Buffer;
}

/** The bytes of a mail (RFC 5322): no text of it can become a header (TP-WATCH-2). */
async function composed(from: string, mail: Mail): Promise<Buffer> {
  const { atMs, id, subject, text, to } = mail;
  const isShort =
    subject.length <= MAIL_LIMITS.subjectCharsMax &&
    Buffer.byteLength(text) <= MAIL_LIMITS.textBytesMax;
  if (!MAIL_ID.test(id) || !isShort) {
    throw new TracepostError("INPUT_INVALID", `mail ${printable(id)} is over a limit of mails`, {
      remedy: "Shorten its subject or its text; limits.md has the bounds.",
    });
  }
  const composer = new MailComposer({
    ...{ from, to, text, date: new Date(atMs) },
    subject: printable(subject),
    messageId: `<${id}@${domainOf(from)}>`,
    headers: { "Auto-Submitted": "auto-generated" },
    newline: "windows",
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await composer.compile().build();
}
