import { createHash } from "node:crypto";
import {
  type FirearmStatus,
  normalizeMake,
  normalizeSerial,
  type RefusalGroundName,
} from "#casework";
import { type AlertCast, WANTED_SERIAL } from "./alerts/cast.ts";
import type { PlannedRequest } from "./planned-request.ts";

/**
 * National registers invented for the scenario. There are none in the recovery data; what stands
 * here follows from make and normalized serial number alone, so that every run answers alike.
 */
const SOURCE_NOTE = "Register invented by the Tracepost scenario; it describes no real firearm.";

/** A line of a focal point's `POST /v1/firearms/import`. */
export interface MadeUpRecord {
  readonly id: string;
  readonly make: string;
  readonly serial: string;
  readonly calibre: string;
  readonly status: FirearmStatus;
  readonly holder: string;
  readonly exportedTo?: string;
  readonly eventDate: string;
  readonly restriction?: RefusalGroundName;
  readonly madeUp: true;
  readonly sourceNote: string;
}

/** Stands in every register, so that one without any other record says what it is too. */
const NOTICE: MadeUpRecord = {
  id: "MADE-UP-NOTICE",
  make: "TRACEPOST",
  serial: "MADE-UP",
  calibre: "0",
  status: "manufactured",
  holder: "nobody (made up)",
  eventDate: "2001",
  madeUp: true,
  sourceNote: SOURCE_NOTE,
};

/** States a firearm may have been exported to, ISO 3166-1 alpha-2. */
const EXPORT_DESTINATIONS = ["US", "FR", "KE", "MX", "ZA", "PH", "CA", "PE"] as const;

const HOLDERS = [
  "Example Arms Trading Ltd (made up)",
  "Sample Sporting Goods (made up)",
  "Fictional Security Services (made up)",
  "Invented Gunsmiths & Co (made up)",
] as const;

const GROUNDS: readonly RefusalGroundName[] = [
  "ONGOING_INVESTIGATION",
  "CONFIDENTIALITY_LAW",
  "NATIONAL_SECURITY",
];

/** Kinds of answer and their share of 256. */
const SHARES = [
  ["held", 110],
  ["exported", 44],
  ["none", 38],
  ["twice", 24],
  ["stolen", 22],
  ["restricted", 18],
] as const;

/** Records to put into the register of each requested State; with that of the alert story. */
export function inventRegisters(
  requests: readonly PlannedRequest[],
  story?: AlertCast,
): ReadonlyMap<string, readonly MadeUpRecord[]> {
  const registers = new Map<string, MadeUpRecord[]>();
  const done = new Set<string>();
  for (const request of requests) {
    const identity = identityOf(request);
    const register = registers.get(request.to) ?? [NOTICE];
    registers.set(request.to, register);
    // Several rows may ask about one firearm; the register has it once.
    if (done.has(identity)) continue;
    done.add(identity);
    register.push(...inventRecords(request, identity));
  }
  if (story !== undefined) registers.get(story.madeIn)?.push(recordOfStory(story));
  return registers;
}

/** What the State of manufacture knows of the firearm of the alert story. */
function recordOfStory({ calibre, make, members }: AlertCast): MadeUpRecord {
  return {
    id: "MADE-UP-ALERT-STORY",
    make: normalizeMake(make),
    serial: WANTED_SERIAL,
    calibre,
    status: "exported",
    holder: HOLDERS[0],
    exportedTo: members[0],
    eventDate: "2011-05",
    madeUp: true,
    sourceNote: SOURCE_NOTE,
  };
}

function identityOf({ row }: PlannedRequest): string {
  return `${normalizeMake(row.manufacturer)}\n${normalizeSerial(row.serialNumber)}`;
}

function inventRecords(request: PlannedRequest, identity: string): MadeUpRecord[] {
  const digest = createHash("sha256").update(identity).digest();
  const pick = <T>(choices: readonly T[], byte: number): T =>
    choices[(digest[byte] ?? 0) % choices.length] as T;
  const { row, to } = request;
  const record: MadeUpRecord = {
    id: `MADE-UP-${digest.toString("hex", 16)}`,
    make: normalizeMake(row.manufacturer),
    serial: row.serialNumber,
    calibre: row.calibre,
    status: "held",
    holder: pick(HOLDERS, 1),
    eventDate: inventDate(digest),
    madeUp: true,
    sourceNote: SOURCE_NOTE,
  };
  switch (kindOf(digest[0] ?? 0)) {
    case "held":
      return [record];
    case "exported": {
      const abroad = EXPORT_DESTINATIONS.filter((state) => state !== to);
      return [{ ...record, status: "exported", exportedTo: pick(abroad, 2) }];
    }
    case "none":
      return [];
    case "twice":
      return [record, { ...record, id: `${record.id}-B`, holder: pick(HOLDERS.slice(1), 2) }];
    case "stolen":
      return [{ ...record, status: "stolen" }];
    case "restricted":
      return [{ ...record, restriction: pick(GROUNDS, 3) }];
  }
}

function kindOf(byte: number): (typeof SHARES)[number][0] {
  let bound = 0;
  for (const [kind, share] of SHARES) {
    bound += share;
    if (byte < bound) return kind;
  }
  return "held";
}

/** A month between 1990 and 2019; a register that old rarely knows the day. */
function inventDate(digest: Uint8Array): string {
  const year = 1990 + ((digest[4] ?? 0) % 30);
  const month = 1 + ((digest[5] ?? 0) % 12);
  return `${year}-${String(month).padStart(2, "0")}`;
}
