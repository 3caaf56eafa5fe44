import { isStateCode } from "#reference";
import { CASEWORK_LIMITS } from "#runtime";
import {
  airWaybillCheckDigit,
  containerCheckDigit,
  leiCheckDigits,
  parcelCheckDigit,
} from "./check-digits.ts";
import type {
  ConsignmentCheck,
  ConsignmentKind,
  ConsignmentProblem,
  ConsignmentText,
} from "./consignment-kinds.ts";

type Rule = ConsignmentProblem["rule"];
type Shape = (plain: string, given: ConsignmentText) => ConsignmentCheck;

/** Spaces of any kind, dashes, dots and slashes that people put between groups. */
const BETWEEN = /[\s\p{Dash}./\\\p{Default_Ignorable_Code_Point}]/gu;

function bad(
  rule: Rule,
  wayOut: string,
  more: { field?: "value" | "country"; expected?: string } = {},
): ConsignmentCheck {
  const { field = "value", expected } = more;
  const problem = { field, rule, wayOut, ...(expected === undefined ? {} : { expected }) };
  return { valid: false, problem };
}

function good(
  canonical: string,
  key: string,
  more: { identifies?: boolean; repaired?: boolean; hasCheckDigit?: boolean } = {},
): ConsignmentCheck {
  const { identifies = true, repaired = false, hasCheckDigit = false } = more;
  return { valid: true, canonical, key, identifies, repaired, hasCheckDigit };
}

const AS_DIGIT: Readonly<Record<string, string>> = {
  O: "0",
  I: "1",
  L: "1",
  Z: "2",
  S: "5",
  B: "8",
};
const AS_LETTER: Readonly<Record<string, string>> = { 0: "O", 1: "I", 2: "Z", 5: "S", 8: "B" };

/**
 * Where the place of a sign says whether it is a letter (`A`) or a digit (`9`), a look-alike is
 * read as what it must be.
 */
function readByPlace(plain: string, places: string): string {
  return [...plain]
    .map((sign, at) => (places[at] === "9" ? AS_DIGIT[sign] : AS_LETTER[sign]) ?? sign)
    .join("");
}

function wrongCheckDigit(expected: string): ConsignmentCheck {
  const wayOut = `Read it again; with these signs the check digit would be ${expected}.`;
  return bad("checkDigit", wayOut, { expected });
}

const container: Shape = (plain) => {
  const read = readByPlace(plain, "AAAA9999999");
  if (!/^[A-Z]{3}[UJZ]\d{7}$/.test(read)) {
    const wayOut = "Give owner, U, J or Z, six digits and the check digit, such as CSQU 305438 3.";
    return bad("wrongShape", wayOut);
  }
  const expected = containerCheckDigit(read.slice(0, 10));
  if (read[10] !== expected) return wrongCheckDigit(expected);
  const canonical = `${read.slice(0, 4)} ${read.slice(4, 10)} ${read[10]}`;
  return good(canonical, read, { repaired: read !== plain, hasCheckDigit: true });
};

const airWaybill: Shape = (plain) => {
  const read = readByPlace(plain, "99999999999");
  if (!/^\d{11}$/.test(read)) {
    return bad("wrongShape", "Give the three digits of the airline and eight more: 020-12345675.");
  }
  const expected = airWaybillCheckDigit(read.slice(3, 10));
  if (read[10] !== expected) return wrongCheckDigit(expected);
  const canonical = `${read.slice(0, 3)}-${read.slice(3)}`;
  return good(canonical, read, { repaired: read !== plain, hasCheckDigit: true });
};

const parcel: Shape = (plain) => {
  const read = readByPlace(plain, "AA999999999AA");
  if (!/^[A-Z]{2}\d{9}[A-Z]{2}$/.test(read)) {
    return bad("wrongShape", "Give two letters, nine digits and the State: RA473124829NE.");
  }
  const expected = parcelCheckDigit(read.slice(2, 10));
  if (read[10] !== expected) return wrongCheckDigit(expected);
  if (!isStateCode(read.slice(11))) {
    return bad("unknownState", "The last two letters are the State it was posted in.");
  }
  const canonical = `${read.slice(0, 2)} ${read.slice(2, 10)} ${read[10]} ${read.slice(11)}`;
  return good(canonical, read, { repaired: read !== plain, hasCheckDigit: true });
};

/** Numbers whose issuer decides the form: letters and digits of Latin script. */
function issuerNumber(charsMin: number, charsMax: number): Shape {
  return (plain, { value }) => {
    const isPlain = /^[A-Z0-9]+$/.test(plain) && /\d/.test(plain);
    if (!isPlain || plain.length < charsMin || plain.length > charsMax) {
      const wayOut = `Give ${charsMin} to ${charsMax} letters and digits, one digit at least.`;
      return bad("wrongShape", wayOut);
    }
    return good(value.trim().toUpperCase().replaceAll(/\s+/g, " "), plain);
  };
}

const plate: Shape = (plain, given) => {
  const { country = "", value } = given;
  if (!isStateCode(country)) {
    const wayOut = "Say which State the plate is of, as two letters (ISO 3166-1 alpha-2).";
    return bad(country === "" ? "missing" : "unknownState", wayOut, { field: "country" });
  }
  // Plates keep their script: Cyrillic, Arabic and Chinese letters are on the road.
  if (!/^[\p{L}\p{N}]{2,15}$/u.test(plain)) {
    return bad("wrongShape", "Give 2 to 15 letters and digits, as on the plate.");
  }
  const canonical = value.trim().toUpperCase().replaceAll(/\s+/g, " ");
  return good(`${country} ${canonical}`, `${country}:${plain}`);
};

const LEI = /^LEI:?(.*)$/;

const consignee: Shape = (plain, { country = "" }) => {
  const [, lei] = LEI.exec(plain) ?? [];
  if (lei !== undefined) {
    if (!/^[A-Z0-9]{18}\d{2}$/.test(lei)) {
      return bad("wrongShape", "A legal entity identifier (LEI) has 18 signs and two digits.");
    }
    const expected = leiCheckDigits(lei.slice(0, 18));
    if (lei.slice(18) !== expected) return wrongCheckDigit(expected);
    return good(`LEI ${lei}`, `LEI:${lei}`, { hasCheckDigit: true });
  }
  if (!isStateCode(country)) {
    const wayOut = "Say whose register the number is of (ISO 3166-1 alpha-2), or give an LEI.";
    return bad(country === "" ? "missing" : "unknownState", wayOut, { field: "country" });
  }
  if (!/^[\p{L}\p{N}:]{2,35}$/u.test(plain)) {
    return bad("wrongShape", "Give 2 to 35 letters and digits of the registration.");
  }
  return good(`${country} ${plain}`, `${country}:${plain}`);
};

/** Headings of chapter 93 that concern firearms, parts and ammunition; 9307 is swords. */
const FIREARMS_HEADINGS = /^930[1-6]/;

const heading: Shape = (plain) => {
  if (!/^(\d{4}|\d{6}|\d{8}|\d{10})$/.test(plain)) {
    return bad("wrongShape", "Give 4, 6, 8 or 10 digits, such as 9302 or 9305.10.");
  }
  if (!FIREARMS_HEADINGS.test(plain)) {
    return bad("notAFirearmsHeading", "Headings 9301 to 9306 are those of firearms and parts.");
  }
  const canonical = [plain.slice(0, 4), ...(plain.slice(4).match(/../g) ?? [])].join(".");
  return good(canonical, plain, { identifies: false });
};

const SHAPES: Readonly<Record<ConsignmentKind, Shape>> = {
  CONTAINER: container,
  // Of the operator's choice (ISO 17712); no check digit is agreed on.
  SEAL: issuerNumber(4, 20),
  // As the carrier gives it (UN/EDIFACT an..35).
  BILL_OF_LADING: issuerNumber(4, 35),
  AIR_WAYBILL: airWaybill,
  PARCEL: parcel,
  VEHICLE_PLATE: plate,
  CONSIGNEE_REGISTRATION: consignee,
  HS_HEADING: heading,
};

/**
 * Reads a consignment identifier: its usual form, the key under which its spellings meet, and its
 * check digit where its kind has one (TP-ALERT-2, TP-ALERT-3). Never guesses beyond look-alikes
 * whose place says what they are.
 */
export function checkConsignment(given: ConsignmentText): ConsignmentCheck {
  const { consignmentCharsMax } = CASEWORK_LIMITS;
  if (given.value.length > consignmentCharsMax) {
    return bad("tooLong", `Give at most ${consignmentCharsMax} characters.`);
  }
  const plain = given.value.normalize("NFKC").toUpperCase().replaceAll(BETWEEN, "");
  if (plain === "") return bad("missing", "Give the identifier as it is written.");
  return SHAPES[given.kind](plain, given);
}

/** A key that is unique over all kinds. */
export function consignmentKey(kind: ConsignmentKind, key: string): string {
  return `${kind}:${key}`;
}
