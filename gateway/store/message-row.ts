import type { Kind } from "#proto";
import type { SqlRow } from "#runtime";

/** A row of `messages`. */
export interface MessageRow extends SqlRow {
  id: number;
  sender: string;
  message_id: string;
  header_digest: Uint8Array;
  kind: Kind;
  lane: number;
  header: Uint8Array;
  signatures: Uint8Array;
  code: number;
  field: string;
  log_index: number;
  tree_size: number;
  receipt_id: string;
  recorded_at: number;
  register_version: number;
  policy_version: number;
  schedule_version: number;
}
