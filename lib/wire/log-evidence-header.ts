/** HTTP header that proves that the body was logged: an encoded LogEvidence, base64. */
export const LOG_EVIDENCE_HEADER = "tracepost-log-evidence";
