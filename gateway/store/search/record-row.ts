import type { SqlRow } from "#runtime";

/** A record as lists show it. */
export interface RecordRow extends SqlRow {
  id: number;
  message_id: string;
  sender: string;
  kind: number;
  lane: number;
  code: number;
  field: string;
  recorded_at: number;
  header: Uint8Array;
  /** Number of the state of the conversation it opened; null where it opened none. */
  state: number | null;
  /** When the first of its parts is due, as it was reckoned last; null: on no date. */
  due_at: number | null;
}
