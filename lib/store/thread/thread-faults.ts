import { TracepostError } from "#errors";
import type { FaultMessage } from "./thread-protocol.ts";

/** Turns anything that was thrown into what crosses the thread. */
export function encodeFault(caught: unknown): FaultMessage {
  const fault = TracepostError.from(caught, "STORE");
  return {
    code: fault.code,
    message: fault.message,
    problems: fault.problems,
    remedy: fault.remedy,
    trace: traceOf(caught),
  };
}

/** The fault as the caller of the store gets it; `cause` holds the trace of the store's thread. */
export function decodeFault(message: FaultMessage): TracepostError {
  return new TracepostError(message.code, message.message, {
    cause: message.trace,
    problems: message.problems,
    remedy: message.remedy,
  });
}

function traceOf(caught: unknown): string {
  if (!(caught instanceof Error)) return String(caught);
  const own = caught.stack ?? caught.message;
  return caught.cause instanceof Error ? `${own}\ncaused by ${traceOf(caught.cause)}` : own;
}
