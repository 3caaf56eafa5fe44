/** Something seen outside the gateway, as its operator is to be told of it (TP-OPS-12). */
export interface SeenOccurrence {
  /** One of the kinds a gateway takes reports of. */
  readonly kind:
    | "PERMISSION_VIOLATION"
    | "FAILED_LOGIN"
    | "STREAM_TAIL_LOST"
    | "STREAM_RECREATED"
    | "STREAM_FULL"
    | "CERTIFICATE_EXPIRY";
  /** Absent: nobody's in particular. */
  readonly participant?: string;
  readonly subject: string;
  readonly detail: string;
}

/** An error about a client or a leaf: address, then quoted names, then what happened. */
const CONNECTION_ERROR = /^\[\d+\] \S+ \S+ \[ERR\] (\S+):\d+ - [cl]id:\d+ - (.*)$/;
/** Text a client chose is quoted by the server, so that it cannot look like more than that. */
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const VIOLATION = new RegExp(
  `^(?:${QUOTED} - )*"[A-Z2-7]+/([^"\\\\/]+)(?:/([^"\\\\]*))?" - ` +
    `(Publish|Subscription) Violation - (?:Subject|Reply) "((?:[^"\\\\]|\\\\.)*)"`,
);
const FAILED_LOGIN = new RegExp(
  `^(?:${QUOTED} - )*(authentication (?:error|timeout))` +
    `(?: - (User|JWT User|Nkey) (${QUOTED}))?$`,
);
/** Of a leaf the server names no account: it has hung up, and the address says where. */
const LEAF_VIOLATION =
  /^(Publish|Subscription) Violation on "((?:[^"\\]|\\.)*)" - Check other side/;

/**
 * Reads a line of the nats-server's log (tried with 2.15.1): a violation of permissions, or a
 * failed log-in, of a client or of a leaf. Undefined for every other line.
 */
export function parseNatsLogLine(
  line: string,
  participants: ReadonlySet<string>,
): SeenOccurrence | undefined {
  const [, address = "", rest = ""] = CONNECTION_ERROR.exec(line) ?? [];
  const violation = VIOLATION.exec(rest);
  if (violation !== null) {
    const [, account = "", user = "", what = "", subject = ""] = violation;
    const verb = what === "Publish" ? "publish" : "subscribe";
    const kind = "PERMISSION_VIOLATION";
    const detail = `user ${user} of account ${account}, from ${address}`;
    // A user of the operator's own: no participant is to be asked.
    if (!participants.has(account))
      return { kind, subject: `${account}: ${verb} ${subject}`, detail };
    return { kind, participant: account, subject: `${verb} ${subject}`, detail };
  }
  return leafViolation(address, rest) ?? failedLogin(address, rest);
}

function leafViolation(address: string, rest: string): SeenOccurrence | undefined {
  const [, what, subject = ""] = LEAF_VIOLATION.exec(rest) ?? [];
  if (what === undefined) return undefined;
  const verb = what === "Publish" ? "publish" : "subscribe";
  const detail = `link cut, from ${address}`;
  return { kind: "PERMISSION_VIOLATION", subject: `a leaf: ${verb} ${subject}`, detail };
}

function failedLogin(address: string, rest: string): SeenOccurrence | undefined {
  const login = FAILED_LOGIN.exec(rest);
  if (login === null) return undefined;
  const [, what = "", by, name] = login;
  const detail = by === undefined ? what : `${what}, ${by.toLowerCase()} ${name}`;
  return { kind: "FAILED_LOGIN", subject: `from ${address}`, detail };
}
