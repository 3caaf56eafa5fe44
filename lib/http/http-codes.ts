/** What only an HTTP door says; everything else is a refusal or a fault of `lib/errors`. */
export const HTTP_CODES = {
  UNAUTHENTICATED: {
    status: 401,
    title: "The bearer token is missing, or is not one that works.",
    remedy: "Send the header Authorization: Bearer with a token of yours; ask for a new one.",
  },
  FORBIDDEN: {
    status: 403,
    title: "You may not do this here.",
    remedy: "Ask somebody with one of the roles named, or the administrator for the role.",
  },
  NOT_FOUND: {
    status: 404,
    title: "There is no such thing here.",
    remedy: "Check the address and the id.",
  },
  USER_EXISTS: {
    status: 409,
    title: "There is, or was, a user of this id.",
    remedy: "Choose another id; ids are never given again.",
  },
  USER_DISABLED: {
    status: 409,
    title: "The user is disabled.",
    remedy: "Enable the user first.",
  },
  TOO_MANY_TOKENS: {
    status: 409,
    title: "The user has as many tokens as one may have.",
    remedy: "Revoke one that is not needed.",
  },
  LAST_ADMINISTRATOR: {
    status: 409,
    title: "Without this there would be no administrator who can get in.",
    remedy: "Give another user the role ADMINISTRATOR and a token first.",
  },
  DECIDED_OTHERWISE: {
    status: 409,
    title: "Somebody has decided otherwise about this item.",
    remedy: "A decision is made once; talk to whoever made it.",
  },
  NOTHING_TO_DECIDE: {
    status: 409,
    title: "A later copy of this message was proven: there is nothing to decide.",
    remedy: "Leave the item; it gives way by itself.",
  },
  TOO_MANY_REJECTED: {
    status: 409,
    title: "As many items of this participant are rejected as can be.",
    remedy: "Speak with the participant: something there sends what it should not.",
  },
  DISPOSAL_OTHERWISE: {
    status: 409,
    title: "The run of disposal does not stand as this takes it to.",
    remedy: "Look where it stands: tracepost records disposal show.",
  },
  NOTHING_TO_HOLD: {
    status: 409,
    title: "What is to be held is not recorded here.",
    remedy: "Check the field named; look the record up with a search first.",
  },
  TOO_MANY_HOLDS: {
    status: 409,
    title: "As many legal holds cover something as can be.",
    remedy: "Release those that are over, or hold a conversation, a party or a query instead.",
  },
  HOLD_OTHERWISE: {
    status: 409,
    title: "The hold does not stand where this can be done.",
    remedy: "Look where it stands: tracepost records hold show.",
  },
  RECORD_HELD: {
    status: 409,
    title: "A legal hold covers it: it cannot be erased.",
    remedy: "Look which one: tracepost records hold list. It ends when two people release it.",
  },
  HOLD_SECOND_PERSON: {
    status: 403,
    title: "Whoever asked for it cannot be the second person.",
    remedy:
      "Ask another records officer, whom the one who asked has neither added nor given a token.",
  },
  LOG_NOT_RENEWED: {
    status: 409,
    title:
      "The log is not renewed: not all of it is hashed again yet, or another renewal came first.",
    remedy: "Look how far it is, and ask again: tracepost log renew.",
  },
  FEED_UNPROVEN: {
    status: 401,
    title: "The request is not a monitor's own, made now: nothing of a feed is told.",
    remedy:
      "Sign it with the header key that the register has for the monitor; set the clock right.",
  },
  FEED_NOT_FED: {
    status: 403,
    title: "Who asks is no active regional monitor by the register in force.",
    remedy: "Ask the secretariat what the register says of it, and why.",
  },
  FEED_REPEATED: {
    status: 409,
    title: "A request of this monitor that was made then or later was answered before.",
    remedy: "Make and sign a new one for each page; look who else has its key, or its requests.",
  },
  FEED_AHEAD: {
    status: 409,
    title: "The chain of this monitor has not come so far here.",
    remedy: "Ask the operator whether the gateway's store was restored from an older copy.",
  },
  FEED_GONE: {
    status: 410,
    title: "The first of these messages is not kept any more.",
    remedy: "Ask the operator for them from a backup of the gateway's store.",
  },
  NOT_YET_LOGGED: {
    status: 409,
    title: "The exchange has not said yet that it recorded this message.",
    remedy: "Ask again once its receipts show that it was accepted or refused.",
  },
  SAME_FIREARM: {
    status: 409,
    title: "The same firearm or ammunition is in another case of this State already.",
    remedy: "Read the cases named; to ask all the same, say why: despite with despiteReason.",
  },
  DRAFT_CHANGED: {
    status: 409,
    title: "The register would answer otherwise by now; nothing was sent.",
    remedy: "Look at the draft again: tracepost trace draft.",
  },
  RELEASE_PENDING: {
    status: 409,
    title: "Something of this case already waits for a second person.",
    remedy: "Have it confirmed, or take it back: tracepost release return.",
  },
  RELEASE_DECIDED: {
    status: 409,
    title: "This was decided already, or is not to be decided so.",
    remedy: "Look where it stands: tracepost release show.",
  },
  RELEASE_STALE: {
    status: 409,
    title: "It cannot be sent any more as it was prepared; nothing was sent.",
    remedy: "Look at the case, send it back with a reason, and prepare it again.",
  },
  NOT_ALONE: {
    status: 409,
    title: "One person may not send this alone.",
    remedy: "Leave out breakGlass: it is for URGENT alone, where the policy allows it.",
  },
  SAME_PERSON: {
    status: 403,
    title: "Whoever prepared it cannot be the second person.",
    remedy: "Ask a supervisor who did not prepare it, or a deputy.",
  },
  NOT_SECOND_PERSON: {
    status: 403,
    title: "You may not confirm this.",
    remedy: "A supervisor may, or a person who is named as deputy for this time.",
  },
  NOT_BY_LETTER: {
    status: 409,
    title: "The State of this case is on the exchange: messages carry it, not letters.",
    remedy: "Send and answer it by messages; letters are for cases opened with offExchange.",
  },
  IDEMPOTENCY_MISMATCH: {
    status: 409,
    title: "This idempotency key already stands for another request.",
    remedy: "Use a fresh key for each request, and the same key only to repeat one unchanged.",
  },
  POST_EXISTS: {
    status: 409,
    title: "There is, or was, a border post of this id with another key.",
    remedy: "Choose another id: a lost key is a new post, and ids are never given again.",
  },
  NOT_AS_CAP: {
    status: 409,
    title: "This alert cannot be told as CAP 1.2.",
    remedy: "Do what problems say; tracepost alert show tells it as it is.",
  },
  CHANGES_GONE: {
    status: 410,
    title: "The changes after that number are not kept here.",
    remedy: "Read the cases anew, then follow without `after`, or from the `last` of an answer.",
  },
  TOO_MANY_WEBHOOKS: {
    status: 409,
    title: "There are as many webhooks as there may be.",
    remedy: "Delete one that is not needed.",
  },
  OFFSET_MISMATCH: {
    status: 409,
    title: "These bytes do not follow on those that are here.",
    remedy: "Ask for the upload, and go on from its `receivedBytes`.",
  },
  UPLOAD_CLOSED: {
    status: 409,
    title: "The file is here as a whole, or was given up; it takes no more bytes.",
    remedy: "Begin another upload for another file.",
  },
  DUE_NOT_RECKONED: {
    status: 503,
    title: "It is still being reckoned what is due when.",
    remedy: "Ask again in some minutes: all records are gone through after a start or a schedule.",
  },
  SEARCH_NOT_READY: {
    status: 503,
    title: "Records of before an upgrade are still being made to be found.",
    remedy: "Ask again in some minutes; a record is shown by its place in the log already now.",
  },
  TOO_MANY_WAITING: {
    status: 429,
    title: "Too many requests wait for a change already.",
    remedy: "Wait with one request at a time; ask again after the seconds of Retry-After.",
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    title: "Too many requests in a short time.",
    remedy: "Wait the seconds of Retry-After, then go on more slowly; nothing was done.",
  },
  MISDIRECTED: {
    status: 421,
    title: "This service does not answer to that host name.",
    remedy: "Use the address the service printed when it started.",
  },
  ATTACHMENT_REFUSED: {
    status: 422,
    title: "The file cannot be an attachment; nothing of it is kept.",
    remedy: "Do what problems say, and upload it as a new attachment.",
  },
  ATTACHMENT_INCOMPLETE: {
    status: 409,
    title: "Pieces of the file are missing.",
    remedy: "Send the pieces that the attachment lists as missing.",
  },
  ATTACHMENT_IN_USE: {
    status: 409,
    title: "A case holds this attachment.",
    remedy: "Leave it; it goes with the case.",
  },
  ATTACHMENT_NOT_CALLABLE: {
    status: 409,
    title: "This attachment cannot be called for: it is of this State, or it was refused.",
    remedy: "Read the original if it is yours; ask its sender to attach it anew if it was refused.",
  },
  TOO_MANY_UPLOADS: {
    status: 409,
    title: "Too many uploads are unfinished, or too many files belong to no case.",
    remedy: "Finish or delete those that are not needed.",
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: "The content type is not understood.",
    remedy: "Send application/json, or application/x-ndjson where a stream is taken.",
  },
} as const;
