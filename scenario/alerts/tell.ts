import { stateName } from "#reference";
import { printable } from "#runtime";
import { WANTED_SERIAL } from "./cast.ts";
import type { AlertStory } from "./play.ts";

/** What happened with the alert, in plain sentences. */
export function tellAlertStory({ cast, sentTo, trace, wasFound }: AlertStory): string[] {
  const { finder, group, make, members, warner } = cast;
  const [warns, finds] = members;
  return [
    "An alert from its beginning to its end",
    `  ${warner} warned the group ${group} (${members.map((id) => stateName(id)).join(", ")}): ` +
      `a ${make}, serial number ${WANTED_SERIAL}, was stolen in ${stateName(warns)}.`,
    `  It went to ${sentTo.join(", ")}; ${finds} passed it on to ${finder}. Both read it and ` +
      "said so.",
    wasFound
      ? `  A check of the number at the border of ${stateName(finds)}: possible match, verify.`
      : `  It was found at the border of ${stateName(finds)} in an earlier run.`,
    `  ${finder} reported a hit. ${finds} and ${warner} heard of it, and nobody else.`,
    `  From the hit ${stateName(finds)} asked ${stateName(trace.to)} where the firearm came ` +
      `from, which answered ${trace.outcome}.`,
    `  ${warner} took the alert back. The same check now finds nothing.`,
  ].map(printable);
}

/** Where to look at it, while the exchange is up. `urlOf` gives a participant's address. */
export function tellAlertPages(
  { alertId, cast, trace }: AlertStory,
  dataDir: string,
  urlOf: (participant: string) => string,
): string[] {
  const { finder, members, warner } = cast;
  return [
    "Look at the alert",
    `  status page of who warned  ${urlOf(warner)}`,
    `  status page of who found   ${urlOf(finder)}`,
    `  npx tracepost alert show ${alertId} --data ${dataDir} --participant ${warner}`,
    `  npx tracepost check --serial ${WANTED_SERIAL} --data ${dataDir} --participant ${finder}`,
    `  npx tracepost trace show ${trace.caseId} --data ${dataDir} --participant ${members[1]}`,
  ].map(printable);
}
