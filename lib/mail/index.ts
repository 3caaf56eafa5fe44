// The door of lib/mail: plain text to people, through a mail server (docs/spec/watch.md).

export { MAIL_FAILURES, type MailFailure } from "./mail-failure.ts";
export { MAIL_SETTINGS, type MailSettings, mailFrom } from "./mail-settings.ts";
export { type Mail, Mailer, type MailOutcome } from "./mailer.ts";
