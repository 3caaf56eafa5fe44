/**
 * An alert about a modus operandi tells what gives it away and never how it is done (TP-ALERT-10).
 * A program cannot judge that, so a second person answers a checklist; the template keeps whoever
 * writes it on the side of detection from the start.
 */

/** A point a reviewer confirms before such an alert leaves. */
export interface ReviewPoint {
  readonly code: string;
  /** To be answered with yes. */
  readonly question: string;
}

/** The checklist; all of it, by a named reviewer who is not the author. */
export const REVIEW_POINTS: readonly ReviewPoint[] = [
  {
    code: "INDICATORS_ONLY",
    question:
      "Does every sentence say what an officer can see, measure, or compare with a document?",
  },
  {
    code: "NO_STEPS",
    question: "Is there no sequence of steps by which it could be made, converted or reactivated?",
  },
  {
    code: "NO_TOOLS_OR_MATERIALS",
    question: "Are tools, materials, dimensions, settings and mixtures left out?",
  },
  {
    code: "NO_FILES_OR_SOURCES",
    question: "Are drawings, print files, links and names of shops and channels left out?",
  },
  {
    code: "IMAGES_CHECKED",
    question: "Do the images show the outside or packing, and no work in progress?",
  },
  {
    code: "NO_PERSONS",
    question: "Is no natural person named or shown?",
  },
];

/** One part of the template: an indicator begins with its name. */
export interface IndicatorHeading {
  readonly heading: string;
  readonly prompt: string;
}

/** What to write down, in the order in which an officer meets it. */
export const INDICATOR_TEMPLATE: readonly IndicatorHeading[] = [
  { heading: "Where", prompt: "Where is it met: counter, parcel centre, vehicle lane, container?" },
  { heading: "Outside", prompt: "What shows from outside: size, weight, packing, labels, smell?" },
  { heading: "Papers", prompt: "What do the papers say that cannot be: goods, value, parties?" },
  { heading: "Screening", prompt: "What does an X-ray or a scale show that the papers do not?" },
  { heading: "Marks", prompt: "Which marks are missing, altered, or not those of the maker?" },
  {
    heading: "Pattern",
    prompt: "How often, which routes, what comes with it in other consignments?",
  },
];

/** Media types and file names of what makes a firearm, which no alert carries. */
const MAKING_FILE =
  /\.(stl|3mf|obj|step|stp|iges|igs|gcode|nc|dxf|dwg|f3d|scad|sldprt|amf)$|^model\//i;

/** Whether a file is of a kind that makes things. */
export function isMakingFile(name: string): boolean {
  return MAKING_FILE.test(name);
}

const LINK = /\b(?:https?:\/\/|www\.|magnet:|[a-z2-7]{16,56}\.onion\b)/i;
const STEP = /^\s*(?:\(?\d{1,2}[.):]|step\s+\d|étape\s+\d|paso\s+\d|шаг\s+\d|步骤)\s*/i;
/** Fewer numbered lines than this are a list, not a recipe. */
const STEPS_MIN = 3;

/** Rules that a text breaks on its face; everything else is the reviewer's to judge. */
export function textRulesOf(text: string): ("hasLink" | "looksLikeSteps")[] {
  const steps = text.split(/\r?\n/u).filter((line) => STEP.test(line)).length;
  return [
    ...(LINK.test(text) ? (["hasLink"] as const) : []),
    ...(steps >= STEPS_MIN ? (["looksLikeSteps"] as const) : []),
  ];
}
