/** Subjects, written out by hand: a machine that built them would prove nothing. */

/** A subject that says something. */
export interface ValidSubject {
  readonly subject: string;
  readonly direction: "out" | "in";
  readonly participant: string;
  readonly lane: string;
  readonly kind: string;
}

const row = (
  subject: string,
  direction: "out" | "in",
  participant: string,
  lane: string,
  kind: string,
): ValidSubject => ({
  subject,
  direction,
  participant,
  lane: `LANE_${lane}`,
  kind: `KIND_${kind}`,
});

/** One subject for each kind and lane, and for each form of participant. */
export const VALID_SUBJECTS: readonly ValidSubject[] = [
  row("tp.out.NE.normal.trace-request", "out", "NE", "NORMAL", "TRACE_REQUEST"),
  row("tp.in.AT.urgent.trace-request", "in", "AT", "URGENT", "TRACE_REQUEST"),
  row("tp.out.AT.normal.trace-reply", "out", "AT", "NORMAL", "TRACE_REPLY"),
  row("tp.out.NE-CUSTOMS.urgent.alert", "out", "NE-CUSTOMS", "URGENT", "ALERT"),
  row("tp.in.ORG-ECOWAS.urgent.alert-response", "in", "ORG-ECOWAS", "URGENT", "ALERT_RESPONSE"),
  row("tp.in.US.bulk.attachment-chunk", "in", "US", "BULK", "ATTACHMENT_CHUNK"),
  row("tp.out.US.bulk.receipt", "out", "US", "BULK", "RECEIPT"),
  row("tp.in.US.normal.receipt", "in", "US", "NORMAL", "RECEIPT"),
  row("tp.out.BR.normal.void", "out", "BR", "NORMAL", "VOID"),
  row("tp.out.BR.normal.gap-notice", "out", "BR", "NORMAL", "GAP_NOTICE"),
  row(
    "tp.in.CZ-A1B2C3D4E5F6G7H8.normal.register",
    "in",
    "CZ-A1B2C3D4E5F6G7H8",
    "NORMAL",
    "REGISTER",
  ),
];

/** Subjects of nobody. */
export const INVALID_SUBJECTS: readonly string[] = [
  "",
  "tp",
  "tp.out.NE.normal",
  "tp.out.NE.normal.trace-request.more",
  "tp.out.NE.normal.trace-request.",
  ".tp.out.NE.normal.trace-request",
  "TP.out.NE.normal.trace-request",
  "tp.OUT.NE.normal.trace-request",
  "tp.to.NE.normal.trace-request",
  "tp.out.*.normal.trace-request",
  "tp.out.>",
  "tp.out.NE.>",
  "tp.out.NE.*.trace-request",
  "tp.out.NE.normal.*",
  "tp.out.ne.normal.trace-request",
  "tp.out.NER.normal.trace-request",
  "tp.out.NE-.normal.trace-request",
  "tp.out.NE-A1B2C3D4E5F6G7H8I.normal.trace-request",
  "tp.out.ORG-.normal.alert",
  "tp.out.GATEWAY.normal.receipt",
  "tp.out..normal.trace-request",
  "tp.out.NE.slow.trace-request",
  "tp.out.NE.NORMAL.trace-request",
  "tp.out.NE.unspecified.trace-request",
  "tp.out.NE.normal.trace_request",
  "tp.out.NE.normal.TRACE-REQUEST",
  "tp.out.NE.normal.unspecified",
  "tp.out.NE.normal.tracerequest",
  "tp.out.NE.normal.constructor",
  "tp.out.NE.normal.trace-request ",
  "tp.out.NE\n.normal.trace-request",
  "tp.out.\u0395\u0395.normal.trace-request",
];
