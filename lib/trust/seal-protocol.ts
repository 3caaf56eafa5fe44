import type { Outcome } from "#errors";
import type { OpenedMessage, OpenJob } from "./open.ts";
import type { SealedParts, SealJob } from "./seal.ts";

/** What crosses to a sealing thread. */
export type SealRequest =
  | { readonly type: "seal"; readonly id: number; readonly job: SealJob }
  | { readonly type: "open"; readonly id: number; readonly job: OpenJob };

/** What comes back: a result, or a fault in words (an error object would lose its class). */
export type SealResponse =
  | { readonly type: "sealed"; readonly id: number; readonly value: SealedParts }
  | { readonly type: "opened"; readonly id: number; readonly value: Outcome<OpenedMessage> }
  | { readonly type: "fault"; readonly id: number; readonly message: string };
