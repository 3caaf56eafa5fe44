import { TracepostError } from "#errors";
import type { Procedure, Transaction } from "#runtime";
import { encodeFault } from "./thread-faults.ts";
import type { CallMessage, ReplyMessage } from "./thread-protocol.ts";

/** A transaction that knows whether a statement failed, and when its procedure has returned. */
export interface CheckedTransaction extends Transaction {
  /** Throws the fault of the first statement that failed, if one did. */
  check(): void | Promise<void>;
  /** The procedure has returned; statements it forgot to await fail. */
  end(): void;
}

/** Runs one procedure on a transaction. Throws what it throws. */
export async function performCall(
  procedures: Readonly<Record<string, Procedure>>,
  tx: CheckedTransaction,
  call: CallMessage,
): Promise<unknown> {
  const procedure = Object.hasOwn(procedures, call.name) ? procedures[call.name] : undefined;
  if (procedure === undefined) {
    throw new TracepostError("STORE", `the store has no procedure "${call.name}"`);
  }
  return await checked<unknown>(tx, () => procedure(tx, call.args));
}

/** Runs work on a transaction, which is over then. Throws also what the work caught. */
export async function checked<T>(
  tx: CheckedTransaction,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    const value = await work(tx);
    await tx.check();
    return value;
  } finally {
    tx.end();
  }
}

/** The reply to a call that left nothing behind. */
export function failure(call: CallMessage, fault: TracepostError): ReplyMessage {
  return { id: call.id, ok: false, fault: encodeFault(fault) };
}

/** The same procedures, those that write replaced by one that says why it does not. */
export function readingOnly(
  procedures: Readonly<Record<string, Procedure>>,
  readOnly: ReadonlySet<string>,
): Record<string, Procedure> {
  const refuse: Procedure = () =>
    Promise.reject(new TracepostError("STORE", "the store is open for reading only"));
  const entries = Object.entries(procedures).map(
    ([name, procedure]) => [name, readOnly.has(name) ? procedure : refuse] as const,
  );
  return Object.fromEntries(entries);
}

/** What a statement fails with that comes after its procedure has returned. */
export function overFault(): TracepostError {
  return new TracepostError("STORE", "the transaction is over", {
    remedy: "Await each call before the procedure returns.",
  });
}
