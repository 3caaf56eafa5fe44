import { resolve } from "node:path";
import { TracepostError } from "#errors";
import {
  type ExchangePaths,
  openExchangeFolder,
  type ParticipantPaths,
} from "../deploy/local/index.ts";

/** A participant's part of a data folder. */
export interface ExchangePart {
  readonly paths: ExchangePaths;
  readonly participant: ParticipantPaths;
}

/**
 * Finds a participant in a data folder. Throws TracepostError USAGE when the exchange does not have
 * it, DATA_FOLDER when the folder is none of an exchange.
 */
export async function openExchangePart(data: string, id: string): Promise<ExchangePart> {
  const { participants, paths } = await openExchangeFolder(resolve(data));
  const spec = participants.find((each) => each.id === id);
  if (spec === undefined) {
    const ids = participants.map((each) => each.id).join(", ");
    throw new TracepostError("USAGE", `no participant is called ${id}`, {
      remedy: `This exchange has ${ids}.`,
    });
  }
  return { paths, participant: paths.participant(spec.id) };
}
