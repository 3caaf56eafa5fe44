/** Why a mail was not sent → what to do (TP-WATCH-3). Closed. */
export const MAIL_FAILURES = {
  NO_ANSWER:
    "Look whether the mail server runs, and whether host and port can be reached from here.",
  TIMEOUT: "The mail server was silent for too long; it is tried again.",
  CERTIFICATE:
    "Compare `host` with the names of the mail server's certificate, and name its authority in " +
    "`caFile`.",
  NO_TLS: "The mail server speaks no TLS on this port as `security` says; use its port for that.",
  LOGIN: "Compare `user` and the password in `passwordFile` with those of the mail server.",
  BUSY: "The mail server asks to come later; it is tried again.",
  REFUSED:
    "The mail server does not take this mail: look whether the address exists, and whether it " +
    "takes mails of `from`.",
  STRANGE: "What answers at `host` and `port` does not speak SMTP as it must.",
  FILES: "Mend `passwordFile` or `caFile`; the log of this process says what is wrong with it.",
} as const;

/** One of {@link MAIL_FAILURES}. */
export type MailFailure = keyof typeof MAIL_FAILURES;

/** What the package reports of a connection. */
interface ConnectionFault {
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly command?: string | undefined;
  /** Code of the system, where `code` is the package's. */
  readonly originalCode?: string | undefined;
}

/** Codes of OpenSSL and Node of a server that speaks no TLS, and of one that is not believed. */
const NO_TLS = /WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH/u;
const NOT_BELIEVED = /CERT|UNABLE_TO_(?:GET|VERIFY)|ERR_(?:SSL|TLS)/u;

/** What a caught fault of a connection is, and its code: nothing that the server has written. */
export function failureOf(caught: unknown): {
  readonly failure: MailFailure;
  readonly detail: string;
} {
  const { code = "", command, originalCode, responseCode } = caught as ConnectionFault;
  const told = codeOf(originalCode) || codeOf(code);
  const answered = responseCode === undefined ? "" : String(responseCode);
  if (code === "EAUTH") return { failure: "LOGIN", detail: answered || told };
  if (code === "ETIMEDOUT") return { failure: "TIMEOUT", detail: told };
  const isUnknown = code === "ETLS" && command === "STARTTLS" && answered !== "";
  if (isUnknown || NO_TLS.test(told)) return { failure: "NO_TLS", detail: answered || told };
  if (code === "ETLS" || NOT_BELIEVED.test(told)) return { failure: "CERTIFICATE", detail: told };
  if (answered !== "") {
    return { failure: answered.startsWith("4") ? "BUSY" : "REFUSED", detail: answered };
  }
  return { failure: code === "EPROTOCOL" ? "STRANGE" : "NO_ANSWER", detail: told };
}

function codeOf(code: string | undefined): string {
  return code !== undefined && /^[A-Z][A-Z0-9_]{1,63}$/u.test(code) ? code : "";
}
