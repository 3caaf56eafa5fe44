import {
  ADDRESS,
  core,
  FINDING,
  firearmKind,
  MARK,
  marks,
  optional,
  PURPOSE,
  parts,
  STATE,
  serial,
  subject,
  WORDS,
} from "./fields.ts";
import type { Form, FormField } from "./form.ts";

const form = (
  name: string,
  title: string,
  subjectKind: Form["subjectKind"],
  quantity: number,
  about: readonly FormField[],
): Form => {
  const fields = [...ADDRESS, ...subject(subjectKind, quantity), ...PURPOSE, ...FINDING];
  return { name, title, subjectKind, fields: [...fields, ...about, ...WORDS] };
};

const MADE_IN = core("request.firearm.countryOfManufacture", "State that made it", STATE, "AT");
const SLIDE = { kind: "SLIDE", serialStatus: "PRESENT", serialRaw: "SL 4471", make: "GLOCK" };
const BARREL = { kind: "BARREL", serialStatus: "PRESENT", serialRaw: "BA 9902" };

/**
 * The forms (TP-REQ-10): a short core in codes, everything else to be skipped, free text last. No
 * form asks for an attachment or a person.
 */
export const FORMS: readonly Form[] = [
  form("firearm", "A firearm from a factory", "FIREARM", 1, [
    ...firearmKind("PISTOL_SELF_LOADING"),
    MADE_IN,
    ...serial("PRESENT", "MADE-UP 0815"),
    ...marks("GLOCK", "17", "9 mm Luger"),
  ]),
  form("artisanal", "An artisanal firearm: no factory, no marks", "FIREARM", 1, [
    ...firearmKind("CRAFT_MADE"),
    ...serial("NEVER_MARKED"),
    ...marks("UNKNOWN", "UNKNOWN", "UNKNOWN"),
    optional("request.firearm.measuredCalibreMm", "Bore, measured in mm", MARK, "18.5"),
    optional("request.firearm.characteristics", "What is to be seen", MARK, "Pipe and wood."),
  ]),
  form("converted", "A converted alarm, signal or deactivated firearm", "CONVERTIBLE", 1, [
    ...firearmKind("CONVERTED"),
    MADE_IN,
    ...serial("PRESENT", "EK-774411"),
    ...marks("Ekol", "Firat Magnum", "9 mm P.A.K."),
    parts(false, [BARREL]),
  ]),
  form("assembled", "A firearm assembled from parts of others", "FIREARM", 1, [
    ...firearmKind("PISTOL_SELF_LOADING"),
    MADE_IN,
    ...serial("PRESENT", "FRAME 123"),
    ...marks("GLOCK", "UNKNOWN", "9 mm Luger"),
    parts(false, [SLIDE, BARREL]),
  ]),
  form("parts", "Parts and components", "PART_COMPONENT", 2, [parts(true, [SLIDE, BARREL])]),
  form("ammunition", "Ammunition, by lot and packaging marks", "AMMUNITION", 50, [
    core("request.ammunition.lot", "Lot (or the headstamp)", MARK, "MU-21-004"),
    optional("request.ammunition.headstamp", "Headstamp", MARK, "MU 9x19 21"),
    optional("request.ammunition.calibre", "Calibre, as marked", MARK, "9x19mm"),
    optional("request.ammunition.packagingMarks", "Marks of box and pallet", MARK, [
      "MU 50 9x19 LOT 004",
    ]),
    optional("request.ammunition.roundCount", "Rounds counted", { kind: "number" }, 50),
    optional("request.ammunition.manufacturer", "Manufacturer", MARK, "Made-up Works"),
  ]),
];

/** The form of a name; undefined for none. */
export function formOf(name: string): Form | undefined {
  return FORMS.find((one) => one.name === name);
}

/** The body of `POST /v1/traces` that a form makes, with the examples of the fields wanted. */
export function filledForm(
  { fields }: Form,
  isWanted: (field: FormField) => boolean,
): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const { example, path } of fields.filter(isWanted)) {
    const names = path.split(".");
    const last = names.pop() ?? "";
    let place = body;
    for (const name of names) {
      place[name] ??= {};
      place = place[name] as Record<string, unknown>;
    }
    place[last] = example;
  }
  return body;
}

/** Forms for a kind of subject, the usual one first; a light weapon is described as a firearm. */
export function formsOfSubject(subjectKind: string): readonly Form[] {
  const kind = subjectKind === "LIGHT_WEAPON" ? "FIREARM" : subjectKind;
  return FORMS.filter((one) => one.subjectKind === kind);
}
