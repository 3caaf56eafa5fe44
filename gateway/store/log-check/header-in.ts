import { Header } from "#proto";
import type { MessageRow } from "../message-row.ts";

/** The header of a message; one that is damaged is told with its message. */
export function headerIn({ header }: Pick<MessageRow, "header">): Header | undefined {
  try {
    return Header.decode(header);
  } catch {
    return undefined;
  }
}
