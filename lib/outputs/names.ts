/** Measures in words; others are told by their own code. */
const MEASURES: Readonly<Record<string, string>> = {
  VC_ARM_SZTRACE:
    "Proportion of seized, found or surrendered arms whose illicit origin or context has been traced or established by a competent authority",
  ARMS_RECOVERED: "Arms seized, found or surrendered",
  ARMS_ORIGIN_ESTABLISHED: "Arms whose origin was established",
  OFF_EXCHANGE_TRACES: "Traces by letter or other channels",
};

/** Codes in words; others are told by themselves. */
const CODES: Readonly<Record<string, string>> = {
  "FREQ:A": "Annual",
  "FREQ:M": "Monthly",
  "FREQ:D": "Daily",
  "FREQ:H": "Hourly",
  "OBS_STATUS:A": "Normal value",
  "OBS_STATUS:B": "Time series break",
  "OBS_STATUS:E": "Estimated value",
  "OBS_STATUS:M": "Missing value",
  "OBS_STATUS:P": "Provisional value",
  "CONF_STATUS:F": "Free",
  "CONF_STATUS:N": "Not for publication",
  "CONF_STATUS:C": "Withheld: confidential",
  "CONF_STATUS:D": "Withheld: it would give another value away",
  "NATURE:C": "Country data",
  "NATURE:_X": "Not available",
  _T: "All",
  ESTABLISHED_BY: "Way of establishing",
  PT: "Percent",
  P90: "90th percentile",
  TO: "Requested State",
  FROM: "Requesting State",
  TRACE: "By trace",
  COMPETENT_AUTHORITY: "By a competent authority",
  PISTOL_SELF_LOADING: "Pistol, self-loading",
  PISTOL_SINGLE_SHOT: "Pistol, single shot",
  SUBMACHINE_GUN: "Sub-machine gun",
  HYBRID_3D: "Hybrid or printed",
  MANPADS: "MANPADS",
  REMOVED_ALTERED: "Marking removed or altered",
  UNSPECIFIED: "Not specified",
};

/** A measure in words, such as "Arms seized, found or surrendered". */
export function measureName(measure: string): string {
  return MEASURES[measure] ?? sentence(measure);
}

/** A code in words, such as "Pistol, self-loading"; a State code stays as it is. */
export function codeName(code: string): string {
  return CODES[code] ?? (code.length > 2 ? sentence(code) : code);
}

/** CRAFT_MADE as "Craft made"; what has no such form, as it is. */
function sentence(code: string): string {
  if (!/^[A-Z0-9_]+$/u.test(code)) return code;
  const words = code.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
