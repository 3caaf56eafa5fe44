/** What to do about a rule that a reply or a follow-up breaks (TP-MOVE-10, TP-MOVE-11). */
export const MOVE_REMEDIES: Readonly<Record<string, string>> = {
  inThePast: "Give a day that is still to come.",
  noConsent: "Use POINTER, or ask its State for leave: it does not consent to being passed on.",
  notAField: "Name fields of the request, such as firearm.serial_raw.",
  notAGroundOfTheInstrument: "Use one of the four grounds of ITI para 22, or refuse.",
  notAnId: "Give the id of the message.",
  notAnswered: "Answer each question of the request, if only with the status NOT_KNOWN.",
  notAsExact: "Write the date as exactly as its precision says.",
  onlyWhenEstablished: "Leave it out unless the origin is established.",
  onlyWhenExported: "Leave it out, or give the outcome EXPORTED_ONWARD.",
  onlyWhenForwarded: "Leave it out, or give the mode FORWARD.",
  onlyWhenRestricted: "Leave it out, or say that something is withheld.",
  sameState: "Name another State than the one that answers.",
  timeOrder: "Put the events into the order of time, or correct a date.",
  unknownState: "Use an ISO 3166-1 alpha-2 code of another State.",
};
