/** What certificates of a file say of its messages, and of nobody else's (TP-EVID-10). */
import {
  DisposalCertificate,
  type DisposedItem,
  EntryKind,
  KeyPurpose,
  OpenedDisposal,
} from "#proto";
import { openedItem } from "#records";
import { EVIDENCE_LIMITS } from "#runtime";
import { isValidAt, PAYLOAD_TYPES, verifyBytesNow } from "#trust";
import { decodeExactly, equalBytes, timestampMs } from "#wire";
import type { EvidenceContent, EvidenceDisposal } from "../evidence-content.ts";
import { numbered } from "../evidence-payload.ts";
import type { ProvenEntry } from "./entry-prover.ts";
import { isEntryNaming, type MessageJudge } from "./judge.ts";
import type { Problems } from "./problems.ts";
import type { DisposalFinding, PartDisposal, PartFinding } from "./report.ts";
import type { ReadEnvelope } from "./signed-envelope.ts";

interface OpenedItem {
  /** File that it is in. */
  readonly place: string;
  readonly finding: DisposalFinding;
  readonly item: DisposedItem;
}

/** Items that the certificates of a file name, by the entry of their message. */
export class Disposals {
  readonly findings: DisposalFinding[] = [];
  readonly #items = new Map<number, OpenedItem[]>();
  readonly #unread = new Set<OpenedItem>();

  constructor({ disposals }: EvidenceContent, judge: MessageJudge) {
    for (const [at, disposal] of disposals.entries()) {
      this.#take(`data/disposals/${numbered(at)}`, disposal, judge);
    }
  }

  /** Parts of a message with how they went; what contradicts a certificate is told. */
  partsOf(read: ReadEnvelope, logIndex: number, problems: Problems): PartFinding[] {
    const gone = new Map<number, PartDisposal>();
    for (const opened of this.#items.get(logIndex) ?? []) {
      this.#unread.delete(opened);
      const { finding, item, place } = opened;
      const isAbout =
        item.sender === read.header.sender &&
        item.messageId === read.header.messageId &&
        equalBytes(item.headerDigest, read.headerDigest);
      problems.demand(isAbout, place, "names another message of this place in the log");
      for (const part of item.parts) {
        const info = read.header.parts[part.position];
        const isIts =
          info?.name === part.name &&
          info.onlyFor === part.onlyFor &&
          equalBytes(info.sha256, part.sha256);
        problems.demand(isIts, place, "names a part that the header does not");
        const dueAtMs = timestampMs(part.dueAt) ?? Infinity;
        const isDue = dueAtMs <= finding.disposedAtMs;
        problems.demand(isDue, place, `says that part ${part.name} went before it was due`);
        const { basis, scheduleVersion } = part;
        const { certificate } = finding;
        gone.set(part.position, {
          ...{ certificate, dueAtMs, basis },
          scheduleVersion: Number(scheduleVersion),
        });
      }
    }
    return read.parts.map((part, position) => ({ ...part, disposal: gone.get(position) }));
  }

  /** Whatever is of a message that is not in the file is told. */
  checkAllRead(problems: Problems): void {
    for (const { place } of this.#unread) problems.add(place, "names a message that is not here");
  }

  #take(place: string, { bytes, opened, proof }: EvidenceDisposal, judge: MessageJudge): void {
    const { notProven, problems, prover } = judge;
    const proven = prover.prove(`${place}.tlog-proof`, proof);
    if (proven === undefined) return;
    const { entry, index: logIndex } = proven;
    const isIts = isEntryNaming(entry, EntryKind.DISPOSAL, bytes);
    problems.demand(isIts, `${place}.tlog-proof`, "is about another certificate");
    const certificate = decodeExactly(DisposalCertificate, bytes);
    const shown = decodeExactly(OpenedDisposal, opened);
    if (certificate === undefined || shown === undefined) {
      problems.add(`${place}.bin`, "is no certificate of disposal, or what is shown is none of it");
      return;
    }
    const isSigned = checkSignature(`${place}.opened.bin`, shown, { bytes, proven }, judge);
    if (!isSigned) {
      const said = `certificate ${certificate.certificate} of disposal: it was not yet signed`;
      notProven.push(`That the gateway has signed ${said}; the log alone vouches for it.`);
    }
    const { askedBy, authority, confirmedBy, itemsCount } = certificate;
    const finding: DisposalFinding = {
      ...{ authority, isSigned, logIndex, askedBy },
      certificate: Number(certificate.certificate),
      disposedAtMs: timestampMs(certificate.disposedAt) ?? 0,
      confirmedBy: confirmedBy || undefined,
      items: itemsCount,
      itemsShown: shown.items.length,
    };
    this.findings.push(finding);
    for (const one of shown.items.slice(0, EVIDENCE_LIMITS.messagesMax)) {
      const item = openedItem(certificate, one);
      if (item === undefined) {
        problems.add(`${place}.opened.bin`, "shows an item that the certificate does not name");
        continue;
      }
      this.#add({ item, finding, place: `${place}.opened.bin` });
    }
  }

  #add(opened: OpenedItem): void {
    const logIndex = Number(opened.item.logIndex);
    const known = this.#items.get(logIndex) ?? [];
    this.#items.set(logIndex, [...known, opened]);
    this.#unread.add(opened);
  }
}

/** Whether a receipt key of the gateway has signed it; one that does not verify is told. */
function checkSignature(
  place: string,
  { signatures }: OpenedDisposal,
  { bytes, proven }: { readonly bytes: Uint8Array; readonly proven: ProvenEntry },
  { problems, versions }: MessageJudge,
): boolean {
  const [signature] = signatures;
  if (signature === undefined) return false;
  const { entry, recordedAtMs } = proven;
  const register = versions.registers.get(Number(entry.registerVersion))?.value;
  const registered = register?.signingKey(signature.keyId);
  const isGood =
    registered?.key.purpose === KeyPurpose.RECEIPT &&
    registered.participant === undefined &&
    isValidAt(registered.key, recordedAtMs) &&
    verifyBytesNow(registered.publicKey, PAYLOAD_TYPES.disposal, bytes, signature.value);
  return problems.demand(isGood, place, "is not signed by the gateway, as the register has it");
}
