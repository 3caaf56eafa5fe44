/** HTTP header with the proof that what is in the body was logged: an encoded LogEvidence, base64. */
export const LOG_EVIDENCE_HEADER = "tracepost-log-evidence";
