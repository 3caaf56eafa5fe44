/** What is next in a case, and by whom; as the HTTP API gives it. */
export interface NextMoves {
  readonly turn: string;
  /** Moves open to this State. */
  readonly own: readonly string[];
  readonly other: readonly string[];
}

/** What comes next, in one line. */
export function nextLine({ own, turn }: NextMoves, role: string): string {
  const open = own.length === 0 ? "nothing" : own.join(", ");
  const who =
    turn === role
      ? "it is yours to act"
      : turn === "nobody"
        ? "nothing is owed by anybody"
        : turn === "exchange"
          ? "the exchange has to deliver it"
          : "the other State is to act";
  return `Next: ${who}; open to you: ${open}.`;
}
