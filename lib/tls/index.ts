// Certificates between processes: files, checks, reload (docs/spec/transport.md).

export {
  addAuthority,
  type CertificateFacts,
  certificateFacts,
  isIssuedBy,
  joinAuthorities,
} from "./certificate-facts.ts";
export { certificateEnd, type DueCertificate, dueCertificate } from "./due-certificate.ts";
export { tlsFault } from "./tls-fault.ts";
export {
  checkIdentity,
  loadAuthorities,
  loadIdentity,
  type TlsFiles,
  type TlsIdentity,
} from "./tls-files.ts";
export { DOOR_SETTINGS, doorFrom, NATS_TLS_SETTINGS, transportFrom } from "./transport-settings.ts";
export { followAuthorities, trustAuthorities } from "./trust-authorities.ts";
export { type IdentityListener, watchIdentity } from "./watch-identity.ts";
