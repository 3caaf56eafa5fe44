import { describe, expect, test } from "vitest";
import { checkTraceRequest, fromFinding, type TraceRequestContext } from "#casework";
import {
  Ammunition,
  type Firearm,
  FirearmAction,
  FirearmPart,
  FirearmType,
  IllicitGround,
  Marking,
  MarkKind,
  MarkLocation,
  PartKind,
  Priority,
  type Recovery,
  SerialStatus,
  SubjectKind,
  type TraceRequest,
  UseRestriction,
} from "#proto";
import { CREATED_AT_MS, completeTraceRequest, photograph } from "../../support/trace-bodies.ts";

const base = completeTraceRequest();
const changed = (change: Partial<TraceRequest>, context?: TraceRequestContext): string[] =>
  checkTraceRequest({ ...base, ...change }, context)
    .map(fromFinding)
    .map(({ field, level, rule }) => `${level} ${field} ${rule}`);
const withFirearm = (change: Partial<Firearm>) =>
  changed({ firearm: { ...base.firearm, ...change } as Firearm });
const withRecovery = (change: Partial<Recovery>) =>
  changed({ recovery: { ...base.recovery, ...change } as Recovery });
const mark = (kind: MarkKind, more: Partial<Marking> = {}) => Marking.create({ kind, ...more });

describe("what is marked on a firearm (TP-REQ-2)", () => {
  test("a serial number elsewhere than on the receiver is doubted", () => {
    const rule = "WARNING firearm.serialLocation notOnTheReceiver";
    expect(withFirearm({ serialLocation: MarkLocation.BARREL })).toEqual([rule]);
    expect(withFirearm({ serialLocation: MarkLocation.GRIP })).toEqual([rule]);
    expect(withFirearm({ serialLocation: MarkLocation.FRAME_RECEIVER_TRUNNION })).toEqual([]);
    expect(withFirearm({ serialLocation: MarkLocation.LOWER_RECEIVER })).toEqual([]);
    expect(withFirearm({ serialLocation: MarkLocation.UNSPECIFIED })).toEqual([]);
  });

  test.each([
    [1945, ["WARNING firearm.yearOfManufacture madeBefore1946"]],
    [1946, []],
    [1900, ["WARNING firearm.yearOfManufacture madeBefore1946"]],
    [
      1899,
      [
        "WARNING firearm.yearOfManufacture madeBefore1946",
        "WARNING firearm.yearOfManufacture perhapsAntique",
      ],
    ],
    [1499, ["ERROR firearm.yearOfManufacture impossibleYear"]],
    [2027, ["ERROR firearm.yearOfManufacture impossibleYear"]],
    [0, []],
  ])("made in %i", (yearOfManufacture, found) => {
    expect(withFirearm({ yearOfManufacture })).toEqual(found);
  });

  test("an import before the manufacture is a misreading", () => {
    const importMark = { country: "FR", year: 1990, importer: "" };
    expect(withFirearm({ importMark, yearOfManufacture: 1995 })).toEqual([
      "WARNING firearm.importMark.year beforeManufacture",
    ]);
  });

  test("a number that is another kind of mark is perhaps not the serial number", () => {
    const markings = [mark(MarkKind.PATENT, { text: "made 123" }), mark(MarkKind.SERIAL)];
    expect(withFirearm({ markings: markings.slice(0, 1) })).toEqual([
      "WARNING firearm.serialRaw perhapsNotTheSerial",
    ]);
  });

  test("a serial number and the mark it was read from say the same", () => {
    const markings = [mark(MarkKind.SERIAL, { text: "MADE-124" })];
    expect(withFirearm({ markings })).toEqual(["WARNING firearm.serialRaw differsFromMark"]);
  });

  test("nobody reads a number where there is none", () => {
    const { NEVER_MARKED, NOT_EXAMINED } = SerialStatus;
    const rule = "WARNING firearm.serialRaw contradictsStatus";
    expect(withFirearm({ serialStatus: NEVER_MARKED })).toContain(rule);
    expect(withFirearm({ serialStatus: NOT_EXAMINED })).toContain(rule);
    expect(withFirearm({ serialStatus: SerialStatus.OBLITERATED, serialRaw: "" })).toEqual([
      "ADVICE firearm.restorationMethod missing",
    ]);
  });

  test("a mark is a text, a symbol, or a photograph that is announced", () => {
    const number = mark(MarkKind.SERIAL, { text: "MADE-123" });
    const crest = mark(MarkKind.PROOF, { symbolRef: "crown over BNP" });
    const pictured = mark(MarkKind.PROOF, { imageSha256: Buffer.alloc(32, 1) });
    expect(withFirearm({ markings: [number, crest, pictured] })).toEqual([]);
    const nothing = mark(MarkKind.PROOF);
    const unknown = mark(MarkKind.PROOF, { imageSha256: Buffer.alloc(32, 9) });
    const script = mark(MarkKind.PROOF, { text: "x", script: "cyrillic" });
    expect(withFirearm({ markings: [number, nothing, unknown, script] })).toEqual([
      "ERROR firearm.markings.1.text missing",
      "ERROR firearm.markings.2.imageSha256 notAttached",
      "ERROR firearm.markings.3.script notAScript",
    ]);
  });

  test("an action that a type hardly has is doubted", () => {
    expect(withFirearm({ action: FirearmAction.BOLT })).toEqual([
      "WARNING firearm.action unlikelyForType",
    ]);
    expect(withFirearm({ action: FirearmAction.SEMI_AUTO })).toEqual([]);
    expect(withFirearm({ action: FirearmAction.UNKNOWN })).toEqual([]);
  });

  test("a measured bore is a measure, beside the calibre as marked", () => {
    expect(withFirearm({ measuredCalibreMm: "9.05" })).toEqual([]);
    expect(withFirearm({ measuredCalibreMm: "about nine" })).toEqual([
      "ERROR firearm.measuredCalibreMm notAMeasure",
    ]);
  });
});

describe("what depends on the subject (TP-REQ-3)", () => {
  const subject = (subjectKind: SubjectKind, change: Partial<TraceRequest>) =>
    changed({ subjectKind, quantity: 2, firearm: undefined, ...change });

  test("parts are asked about by kind, and by a number or a mark", () => {
    const { PART_COMPONENT } = SubjectKind;
    const { NEVER_MARKED, PRESENT } = SerialStatus;
    const slide = FirearmPart.create({
      kind: PartKind.SLIDE,
      serialStatus: PRESENT,
      serialRaw: "SL 99",
    });
    expect(subject(PART_COMPONENT, { parts: [slide] })).toEqual([]);
    expect(subject(PART_COMPONENT, {})).toEqual(["ERROR parts missing"]);
    const bare = FirearmPart.create({ kind: PartKind.BARREL, serialStatus: NEVER_MARKED });
    expect(subject(PART_COMPONENT, { parts: [slide, bare] })).toEqual([
      "ERROR parts.1 nothingMarked",
    ]);
    const marked = { ...bare, markings: [mark(MarkKind.PROOF, { text: "BNP" })] };
    expect(subject(PART_COMPONENT, { parts: [marked] })).toEqual([]);
    expect(changed({ parts: [bare] })).toEqual(["ADVICE parts.0 nothingMarked"]);
  });

  test("ammunition is asked about by lot or headstamp", () => {
    const { AMMUNITION } = SubjectKind;
    const lot = Ammunition.create({ lot: "L-1", calibre: "9x19mm", packagingMarks: ["box 4"] });
    const ask = (ammunition: Ammunition) => subject(AMMUNITION, { ammunition, attachments: [] });
    expect(ask(lot)).toEqual([]);
    expect(ask({ ...lot, lot: "", headstamp: "MU 21" })).toEqual([]);
    expect(ask({ ...lot, lot: "" })).toEqual(["ERROR ammunition.lot lotOrHeadstamp"]);
    expect(ask({ ...lot, packagingMarks: [] })).toEqual([
      "ADVICE ammunition.packagingMarks missing",
    ]);
    expect(ask({ ...lot, packagingMarks: ["", "x"] })).toEqual([
      "ERROR ammunition.packagingMarks incomplete",
    ]);
    expect(subject(AMMUNITION, {})).toEqual(["ERROR ammunition missing"]);
  });

  test("an artisanal firearm may come from nowhere that is known, and have no mark at all", () => {
    const firearm = {
      type: FirearmType.CRAFT_MADE,
      make: "UNKNOWN",
      model: "UNKNOWN",
      calibre: "UNKNOWN",
      serialStatus: SerialStatus.NEVER_MARKED,
      serialRaw: "",
      countryOfManufacture: "",
      markings: [],
    };
    const found = withFirearm(firearm);
    expect(found.filter((one) => one.startsWith("ERROR"))).toEqual([]);
    expect(found).toContain("WARNING firearm.countryOfManufacture missing");
    const factory = withFirearm({ ...firearm, type: FirearmType.RIFLE });
    expect(factory).toContain("ERROR firearm.countryOfManufacture missing");
    expect(factory).toContain("ERROR firearm.calibre unusable");
  });

  test("a convertible firearm is of a type that can be converted", () => {
    const firearm = { ...base.firearm, type: FirearmType.ALARM_SIGNAL } as Firearm;
    const subjectKind = SubjectKind.CONVERTIBLE;
    expect(changed({ subjectKind, firearm })).toEqual([]);
    expect(changed({ subjectKind })).toEqual(["WARNING firearm.type notConvertible"]);
  });
});

describe("what stands around a request (TP-REQ-2, TP-REQ-4)", () => {
  test("a language nobody there reads is warned of, a translation is enough", () => {
    const acceptedLanguages = ["de-AT", "fr"];
    const rule = "WARNING languageTag notAccepted";
    expect(changed({}, { acceptedLanguages })).toEqual([rule]);
    expect(changed({ languageTag: "de-CH" }, { acceptedLanguages })).toEqual([]);
    expect(changed({ translationAttached: true }, { acceptedLanguages })).toEqual([]);
    expect(changed({}, { acceptedLanguages: [] })).toEqual([]);
  });

  test("an embargo is named by its resolution, in the field for it or in the reason", () => {
    const illicitGrounds = [IllicitGround.UNSC_EMBARGO];
    expect(changed({ illicitGrounds, embargoResolution: "S/RES/2713" })).toEqual([]);
    expect(changed({ illicitGrounds, embargoResolution: "the embargo" })).toEqual([
      "ERROR embargoResolution resolutionMissing",
    ]);
    expect(changed({ embargoResolution: "S/RES/2713" })).toEqual([
      "WARNING embargoResolution noSuchGround",
    ]);
  });

  test("a restriction in words has words", () => {
    const use = [UseRestriction.OTHER];
    expect(changed({}, { use })).toEqual(["ERROR handlingText missing"]);
    expect(changed({ handlingText: "Not for publication." }, { use })).toEqual([]);
  });

  test.each([
    [Priority.ROUTINE, 30, 29],
    [Priority.PRIORITY, 7, 6],
    [Priority.URGENT, 3, 2],
  ])("at priority %i an answer is wished in %i days or later", (priority, enough, less) => {
    const urgencyJustification = "The shipment leaves the port tomorrow.";
    const within = (days: number) => {
      const seconds = BigInt((CREATED_AT_MS + days * 86_400_000) / 1_000);
      const respondBy = { seconds, nanos: 0 };
      return changed({ respondBy, urgencyJustification }, { priority });
    };
    expect(within(enough)).toEqual([]);
    expect(within(less)).toEqual(["WARNING respondBy soonerThanPriority"]);
  });

  test("checks at home have a day that is past", () => {
    const checks = { ...base.priorChecks, nationalRegistryOn: "2026-03-04" };
    const priorChecks = { ...checks, lostStolenOn: "yesterday" } as TraceRequest["priorChecks"];
    expect(changed({ priorChecks })).toEqual([
      "ERROR priorChecks.nationalRegistryOn inTheFuture",
      "ERROR priorChecks.lostStolenOn notADate",
    ]);
  });

  test("a place is a code, and States on the way are States", () => {
    expect(withRecovery({ place: "KE MBA" })).toEqual([]);
    expect(withRecovery({ place: "12 Market Street" })).toEqual(["ADVICE recovery.place notCoded"]);
    expect(withRecovery({ routeTransit: ["TZ", "ZZ"] })).toEqual([
      "ERROR recovery.routeTransit unknownState",
    ]);
    expect(withRecovery({ amnesty: true })).toEqual(["WARNING recovery.method amnestyExcepted"]);
  });

  test("public documents are linked to, not attached; nothing else is", () => {
    expect(changed({ links: ["https://sherloc.unodc.example/case/1"] })).toEqual([]);
    const links = ["http://plain.example", "https://user:word@host.example", "ftp:x", "no"];
    expect(changed({ links })).toEqual(links.map((_, index) => `ERROR links.${index} notALink`));
  });

  test("no attachment is demanded, and none is announced twice", () => {
    expect(changed({ attachments: [] })).toEqual([]);
    expect(changed({ attachments: [photograph(1), photograph(1)] })).toEqual([
      "ERROR attachments repeated",
    ]);
  });

  test("ballistic images stay where they are: a reference has no room for one", () => {
    const ballistics = { ibinRef: "x".repeat(129), nationalRef: "KE-BAL-12" };
    expect(changed({ ballistics })).toEqual(["ERROR ballistics.ibinRef tooLong"]);
  });

  test("codes of the crime classification are codes", () => {
    expect(changed({ offenceIccs: ["0903"] })).toEqual([]);
    expect(changed({ offenceIccs: ["arms"] })).toEqual(["ERROR offenceIccs notACode"]);
  });
});
