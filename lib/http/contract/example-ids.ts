/**
 * Ids that examples use for what a service numbers by itself, so that they mean the same in every
 * example. A test that executes examples puts those of its running service in their place.
 */
export const EXAMPLE_IDS = {
  /** A case of a request this State sent. */
  sentCase: "019b0f6e-5a10-7c3e-8f21-6d0b1a2c3e4f",
  /** The message that opened it. */
  sentMessage: "019b0f6e-5a11-7a44-9b0c-2f6e8d1a7b3c",
  /** A message that the gateway has recorded, and its conversation. */
  recordedMessage: "019b0f6f-6b22-7b55-8c1d-3f7f9e2b8c4d",
  recordedCase: "019b0f6f-6b23-7c66-9d2e-4a80af3c9d5e",
  /** A case of a request this State received, not answered yet. */
  receivedCase: "019b0f71-0c42-7d18-a5e6-93c1f0b7d284",
  /** Another one. */
  otherReceivedCase: "019b0f72-91d3-7e05-8c4a-10f9b6e2a7d5",
  /** A photograph that is ready, and belongs to no case yet. */
  photograph: "019b0f90-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
  /** A document whose piece has not come yet. */
  upload: "019b0f91-2b3c-7d4e-9f50-6b7c8d9e0f1a",
  /** Another one, which nobody needs. */
  otherUpload: "019b0f92-3c4d-7e5f-a061-7c8d9e0f1a2b",
  /** A third one, of which there is a draft. */
  draftedCase: "019b0f72-a2e4-7f16-9d5b-21a0c7f3b8e6",
  /** Another one like it, whose draft an officer edits. */
  editedCase: "019b0f72-b3f5-7a27-8e6c-32b1d8a4c9f7",
  /** The draft of both. */
  draft: "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
  /** Something of that case that waits for a second person. */
  release: "019b0f73-1a22-7b60-9d4e-5c8f0a1b2c3d",
  /** Something else that does. */
  otherRelease: "019b0f74-2b33-7c71-8e5f-6d901b2c3d4e",
  /** Something that one person sent alone. */
  sentAlone: "019b0f75-3c44-7d82-9f60-7ea12c3d4e5f",
  /** An alert this participant sent. */
  sentAlert: "019b0f80-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
  /** An alert this participant received. */
  receivedAlert: "019b0f81-2b3c-7d4e-9f5a-6b7c8d9e0f1a",
  /** A hit on it that was reported from here. */
  hit: "019b0f82-3c4d-7e5f-8a6b-7c8d9e0f1a2b",
  /** An alert of an agency that waits for approval. */
  askedAlert: "019b0f83-4d5e-7f6a-9b7c-8d9e0f1a2b3c",
  /** The version of it that waits. */
  askedVersion: "019b0f84-5e6f-7a7b-8c8d-9e0f1a2b3c4d",
  /** A case of a request to a State that is not on the exchange. */
  letterCase: "019b0f80-3c5e-7d61-9a2f-b4c8d0e1f263",
  /** A photograph that came with the request of the received case. */
  receivedPhotograph: "019b0f94-5e6f-7071-8283-9e0f1a2b3c4d",
  /** A case of this State with personal data in its request. */
  personsCase: "019b0f73-44d1-7a2b-9c3d-0e1f2a3b4c5d",
  /** The message that brought it. */
  personsMessage: "019b0f73-44d2-7b3c-8d4e-1f2a3b4c5d6e",
  /** A notice of another State that asks for onward release. */
  onwardNotice: "019b0f75-2b3c-7d4e-8f50-6b7c8d9e0f1c",
  receivedNotice: "019b0f75-2b3c-7d4e-8f50-6b7c8d9e0f1a",
  /** One that announces a disclosure. */
  otherReceivedNotice: "019b0f75-3c4d-7e5f-9061-7c8d9e0f1a2b",
  /** A token of the user m.diallo. */
  token: "k3v9x2m1q8w7",
  /** A webhook. */
  webhook: "wh_7q2m9c4k1x8d",
  /** Another one. */
  otherWebhook: "wh_5t8n3b6j0z2r",
  /** The participant register in force, signed, base64. */
  signedRegister: "AAAA",
  /** A request of a regional monitor for its feed, signed, base64. */
  feedRequest: "BBBB",
  /** SHA-256 of an entry in it. */
  registerEntry: "5e".repeat(32),
  /** Place of a trace request in the log. */
  record: "471108",
  /** A report of a seizure. */
  seizure: "019b0f96-1a2b-7c3d-8e4f-5a6b7c8d9e10",
  /** Another one, which was wrong. */
  otherSeizure: "019b0f97-2b3c-7d4e-9f5a-6b7c8d9e0f21",
  /** A case of a request that is no exercise. */
  countedCase: "019b0f98-3c4d-7e5f-8a6b-7c8d9e0f1a32",
  /** An import of a register that is begun. */
  registerFile: "up_3c9a1e7b5d20",
  /** Another one. */
  otherRegisterFile: "up_8f2d4b6a1c90",
  /** One of which no line could be taken. */
  badRegisterFile: "up_0d1e2f3a4b5c",
} as const;

/** Where the webhooks of examples lead. */
export const EXAMPLE_ORIGIN = "https://cases.police.example";

/** A user who is there in every example that is not about adding one. */
export const EXAMPLE_USER = "m.diallo";

/** A token as it is shown once; this one opens nothing. */
export const EXAMPLE_TOKEN_TEXT = `tpt_${EXAMPLE_IDS.token}_${"EXAMPLE-".repeat(6).slice(0, 43)}`;
