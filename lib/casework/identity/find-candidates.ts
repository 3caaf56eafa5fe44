import { brandTie, compareCalibres, isSameBrand, type MakerTie } from "#reference";
import { normalizeMake } from "../normalize.ts";
import { type SerialKeys, serialKeysOf } from "./serial-keys.ts";
import { relateSerials, type SerialRelation } from "./serial-relation.ts";

/** What is known of a firearm that is looked for. */
export interface WantedFirearm {
  /** As read; `?` and `*` stand for characters that could not be read. */
  readonly serial: string;
  /** Brand as marked. */
  readonly make?: string;
  readonly model?: string;
  readonly calibre?: string;
}

/** What is looked at of a firearm of a register. */
export interface RegisteredFirearm {
  /** Unique; decides between candidates that are equally likely. */
  readonly id: string;
  readonly serialRaw: string;
  /** Brand as marked. */
  readonly make: string;
  /** Who made it, where the register tells brand and maker apart. */
  readonly maker?: string;
  /** Who made it by licence of the brand's owner. */
  readonly licensee?: string;
  readonly model?: string;
  readonly calibre?: string;
}

/** Why a candidate stands where it stands. */
export interface CandidateReason {
  readonly field: "serial" | "make" | "model" | "calibre";
  /** Of the closed lists: a relation of serial numbers, or how two other fields agree. */
  readonly rule: string;
  /** As a sentence without its subject. */
  readonly detail: string;
  /** What it gives or takes, of 100. */
  readonly points: number;
}

/** A firearm of a register that may be the one that is looked for. Never a certainty. */
export interface FirearmCandidate<F extends RegisteredFirearm = RegisteredFirearm> {
  readonly firearm: F;
  /** 0 to 100. */
  readonly score: number;
  readonly relation: SerialRelation;
  /** The serial number first. */
  readonly reasons: readonly CandidateReason[];
}

const TIES: Readonly<Record<MakerTie, string>> = {
  CONTRACT: "is made for the brand",
  LICENSEE: "makes it by licence",
  SUCCESSOR: "took its designs over",
  SAME_HOUSE: "is of the same house",
  IMPORTER: "imports it under its own mark",
};

/**
 * Ranks rows of a register by how likely each is the firearm that is looked for (TP-FIRE-4), the
 * likeliest first; rows whose serial number is not related are left out. Depends on what is asked
 * and on the rows alone, not on their order: equal scores are ordered by id.
 */
export function findCandidates<F extends RegisteredFirearm>(
  wanted: WantedFirearm,
  rows: Iterable<F>,
): FirearmCandidate<F>[] {
  const keys = serialKeysOf(wanted.serial);
  const found = new Map<string, FirearmCandidate<F>>();
  for (const firearm of rows) {
    const candidate = found.has(firearm.id) ? undefined : rank(wanted, keys, firearm);
    if (candidate !== undefined) found.set(firearm.id, candidate);
  }
  return [...found.values()].sort(
    (left, right) => right.score - left.score || (left.firearm.id < right.firearm.id ? -1 : 1),
  );
}

function rank<F extends RegisteredFirearm>(
  wanted: WantedFirearm,
  keys: SerialKeys,
  firearm: F,
): FirearmCandidate<F> | undefined {
  const related = relateSerials(keys, firearm.serialRaw);
  if (related === undefined) return undefined;
  const { reason: detail, relation, score: points } = related;
  const reasons: CandidateReason[] = [{ field: "serial", rule: relation, detail, points }];
  for (const reason of [
    makeReason(wanted.make ?? "", firearm),
    calibreReason(wanted.calibre ?? "", firearm.calibre ?? ""),
    modelReason(wanted.model ?? "", firearm.model ?? ""),
  ]) {
    if (reason !== undefined) reasons.push(reason);
  }
  const sum = reasons.reduce((total, reason) => total + reason.points, 0);
  return { firearm, score: Math.min(100, Math.max(0, sum)), relation, reasons };
}

/** Brand, maker and licensee are three things: any may be what was read (TP-FIRE-5). */
function makeReason(make: string, firearm: RegisteredFirearm): CandidateReason | undefined {
  if (normalizeMake(make) === "") return undefined;
  const field = "make";
  const say = (rule: string, detail: string, points: number): CandidateReason => {
    return { field, rule, detail, points };
  };
  if (normalizeMake(make) === normalizeMake(firearm.make)) return say("SAME", "the same brand", 0);
  if (isSameBrand(make, firearm.make)) return say("SAME", "the same brand, written otherwise", 0);
  for (const [rule, name] of [
    ["MAKER", firearm.maker ?? ""],
    ["LICENSEE", firearm.licensee ?? ""],
  ] as const) {
    const who = rule === "MAKER" ? "maker" : "licensee";
    if (isSameBrand(make, name)) return say(rule, `the ${who} of the register's brand`, -2);
  }
  const tie = brandTie(make, firearm.make);
  if (tie === undefined) return say("DIFFERENT", `another brand: ${firearm.make}`, -30);
  return say(tie.tie, `${tie.maker} ${TIES[tie.tie]}, ${tie.brand} (${tie.what})`, -6);
}

function calibreReason(wanted: string, kept: string): CandidateReason | undefined {
  const field = "calibre";
  const rule = compareCalibres(wanted, kept);
  switch (rule) {
    case "NOT_COMPARED":
      return undefined;
    case "SAME":
      return { field, rule, detail: "the same calibre", points: 0 };
    case "FAMILY":
      return { field, rule, detail: `a short form of the same: ${kept}`, points: -1 };
    case "TAKEN_FOR":
      return { field, rule, detail: `often written for ${kept}`, points: -4 };
    case "DIFFERENT":
      return { field, rule, detail: `another calibre: ${kept}`, points: -15 };
    default:
      return rule satisfies never;
  }
}

function modelReason(wanted: string, kept: string): CandidateReason | undefined {
  const [asked, known] = [bareModel(wanted), bareModel(kept)];
  if (asked === "" || known === "" || asked === "UNKNOWN" || known === "UNKNOWN") return undefined;
  const field = "model";
  if (asked === known) return { field, rule: "SAME", detail: "the same model", points: 0 };
  const isPart = asked.includes(known) || known.includes(asked);
  return isPart
    ? { field, rule: "PART", detail: `one model is part of the other: ${kept}`, points: -1 }
    : { field, rule: "DIFFERENT", detail: `another model: ${kept}`, points: -8 };
}

function bareModel(model: string): string {
  return normalizeMake(model).replaceAll(/[^\p{L}\p{N}]/gu, "");
}
