import { type Static, Type } from "typebox";
import { TracepostError } from "#errors";
import { isLoopback, MAIL_LIMITS, pathFrom } from "#runtime";

const path = Type.String({ minLength: 1 });
const address = Type.String({ minLength: 3, maxLength: MAIL_LIMITS.addressCharsMax });

/** How a configuration names its mail server (TP-WATCH-1). */
export const MAIL_SETTINGS = Type.Object(
  {
    /** Name or address of the server; with TLS its certificate is for it. */
    host: Type.String({ pattern: "^[A-Za-z0-9:][A-Za-z0-9.:-]{0,252}$" }),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    /** TLS from the first byte, TLS after STARTTLS, or none: on loopback only. */
    security: Type.Enum(["tls", "starttls", "none"]),
    /** Authorities that are believed for this server, instead of those of the machine (PEM). */
    caFile: Type.Optional(path),
    /** Who logs in; without it nobody does. */
    user: Type.Optional(Type.String({ pattern: "^[^\\p{Cc}]{1,254}$" })),
    /** Its password on one line, in a file for its owner alone; read for each mail. */
    passwordFile: Type.Optional(path),
    from: address,
    to: Type.Array(address, {
      minItems: 1,
      maxItems: MAIL_LIMITS.addressesMax,
      uniqueItems: true,
    }),
  },
  { additionalProperties: false },
);

/** A mail server with its addresses, checked by {@link mailFrom}. */
export type MailSettings = Static<typeof MAIL_SETTINGS>;

/** A mailbox of RFC 5321 without quotes, in ASCII, at a domain of at least two labels. */
const MAILBOX =
  /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/u;

/**
 * Makes paths absolute and checks what the schema cannot: that nothing is sent in plain text off
 * loopback, that user and password come together, and that addresses are mailboxes and no more
 * (TP-WATCH-1). Throws TracepostError CONFIG_INVALID; `field` is where the settings stand.
 */
export function mailFrom(configFile: string, field: string, settings: MailSettings): MailSettings {
  const problems = problemsOf(settings).map((problem) => `${field}.${problem}`);
  if (problems.length > 0) {
    throw new TracepostError("CONFIG_INVALID", `${configFile} is not a valid configuration`, {
      problems,
      remedy: "Correct every field named above.",
    });
  }
  const { caFile, passwordFile, ...others } = settings;
  return {
    ...others,
    ...(caFile === undefined ? {} : { caFile: pathFrom(configFile, caFile) }),
    ...(passwordFile === undefined ? {} : { passwordFile: pathFrom(configFile, passwordFile) }),
  };
}

function problemsOf(settings: MailSettings): string[] {
  const { from, host, passwordFile, security, to, user } = settings;
  const problems: string[] = [];
  if (security === "none" && !isLoopback(host)) {
    problems.push("security: is none off this machine; set tls or starttls");
  }
  if (security === "none" && settings.caFile !== undefined) {
    problems.push("caFile: nothing is checked with it where security is none; take it out");
  }
  if (user !== undefined && passwordFile === undefined) {
    problems.push("passwordFile: is missing; write the password of user into a file of mode 600");
  }
  if (user === undefined && passwordFile !== undefined) {
    problems.push("user: is missing; name who logs in, or take passwordFile out");
  }
  for (const [place, given] of [["from", from], ...to.map((one, at) => [`to.${at}`, one])]) {
    if (given === undefined || isMailbox(given)) continue;
    problems.push(`${place}: is no address such as watch@monitor.example; no names, no quotes`);
  }
  return problems;
}

function isMailbox(text: string): boolean {
  const [local = ""] = text.split("@");
  return MAILBOX.test(text) && !/^\.|\.\.|\.$/u.test(local);
}

/** Domain of an address that was checked. */
export function domainOf(mailbox: string): string {
  return mailbox.slice(mailbox.lastIndexOf("@") + 1);
}
