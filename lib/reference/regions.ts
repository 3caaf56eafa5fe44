/**
 * Regions of States: sub-regions and, in Africa and the Americas, intermediate regions of the
 * standard country or area codes for statistical use (M49) of the United Nations Statistics
 * Division. TW and XK, which that list does not have, are with their neighbours.
 */
const STATES_OF: Readonly<Record<string, string>> = {
  NORTHERN_AFRICA: "DZ EG LY MA SD TN EH",
  EASTERN_AFRICA: "IO BI KM DJ ER ET TF KE MG MW MU YT MZ RE RW SC SO SS UG TZ ZM ZW",
  MIDDLE_AFRICA: "AO CM CF TD CG CD GQ GA ST",
  SOUTHERN_AFRICA: "BW SZ LS NA ZA",
  WESTERN_AFRICA: "BJ BF CV CI GM GH GN GW LR ML MR NE NG SH SN SL TG",
  CARIBBEAN: "AI AG AW BS BB BQ VG KY CU CW DM DO GD GP HT JM MQ MS PR BL KN LC MF VC SX TT TC VI",
  CENTRAL_AMERICA: "BZ CR SV GT HN MX NI PA",
  SOUTH_AMERICA: "AR BO BV BR CL CO EC FK GF GY PY PE GS SR UY VE",
  NORTHERN_AMERICA: "BM CA GL PM US",
  CENTRAL_ASIA: "KZ KG TJ TM UZ",
  EASTERN_ASIA: "CN HK MO KP JP MN KR TW",
  SOUTH_EASTERN_ASIA: "BN KH ID LA MY MM PH SG TH TL VN",
  SOUTHERN_ASIA: "AF BD BT IN IR MV NP PK LK",
  WESTERN_ASIA: "AM AZ BH CY GE IQ IL JO KW LB OM QA SA PS SY TR AE YE",
  EASTERN_EUROPE: "BY BG CZ HU PL MD RO RU SK UA",
  NORTHERN_EUROPE: "AX DK EE FO FI GG IS IE IM JE LV LT NO SJ SE GB",
  SOUTHERN_EUROPE: "AL AD BA HR GI GR VA IT MT ME MK PT SM RS SI ES XK",
  WESTERN_EUROPE: "AT BE FR DE LI LU MC NL CH",
  AUSTRALIA_AND_NEW_ZEALAND: "AU CX CC HM NZ NF",
  MELANESIA: "FJ NC PG SB VU",
  MICRONESIA: "GU KI MH FM NR MP PW UM",
  POLYNESIA: "AS CK PF NU PN WS TK TO TV WF",
  ANTARCTICA: "AQ",
};

const regions: ReadonlyMap<string, string> = new Map(
  Object.entries(STATES_OF).flatMap(([region, states]) =>
    states.split(" ").map((state) => [state, region] as const),
  ),
);

/** Region of a State by its alpha-2 code, such as WESTERN_AFRICA; undefined for no State code. */
export function regionOf(alpha2: string): string | undefined {
  return regions.get(alpha2);
}
