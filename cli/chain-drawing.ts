import { stateName } from "#reference";
import { printable } from "#runtime";
import { paint, type Screen, wrap } from "./screen.ts";

/** A chain as a focal point gives it, as far as it is drawn. */
export interface ChainFile {
  readonly chainId: string;
  readonly ok: boolean;
  readonly gaps: readonly {
    readonly caseId: string;
    readonly hop: number;
    readonly rule: string;
    readonly because: string;
  }[];
  readonly cycles: readonly string[];
  readonly tooLong: boolean;
  readonly next?: { readonly caseId: string; readonly states: readonly string[] };
  readonly end?: string;
  readonly hops: readonly {
    readonly hop: number;
    readonly caseId: string;
    readonly requestingState: string;
    readonly requestedState: string;
    readonly offExchange: boolean;
    readonly state: string;
    readonly outcome?: string;
    readonly exportedTo?: string;
    readonly exportedOn?: string;
    readonly importedFrom?: string;
    readonly openedAt: string;
  }[];
  readonly timeline: readonly {
    readonly at: string;
    readonly kind: string;
    readonly hop: number;
    readonly event: string;
    readonly state?: string;
    readonly detail?: string;
    readonly fromState?: string;
    readonly toState?: string;
    readonly saidBy?: string;
  }[];
}

const ENDS: Readonly<Record<string, string>> = {
  WAITING: "It waits for an answer.",
  ENDED: "It ends here: the last answer leads to no other State.",
  CYCLE: "It ends here: the last answer leads to a State that was asked already.",
  TOO_LONG: "It ends here: a chain may have no more hops.",
};

/** Draws a chain for a person (TP-CHAIN-6): the hops with what joins them, then what happened. */
export function drawChain(file: ChainFile, screen: Screen): string[] {
  const { cycles, gaps, hops, ok } = file;
  const [first] = hops;
  const count = `${hops.length} hop${hops.length === 1 ? "" : "s"}`;
  const head = ok ? `A chain of ${count}` : `A chain of ${count} that does not hang together`;
  return [
    paint(screen, "title", head),
    `  ${first === undefined ? "" : stateName(first.requestingState)} asks`,
    ...hops.flatMap((hop) => [
      ...gaps
        .filter(({ caseId }) => caseId === hop.caseId)
        .flatMap(({ because, rule }) => gapLines(`${rule}: ${because}`, screen)),
      ...hopLines(hop, screen),
    ]),
    ...endLines(file, screen),
    ...cycles.map((state) => paint(screen, "bad", `  asked twice: ${stateName(state)}`)),
    "",
    paint(screen, "heading", "In the order of time"),
    ...file.timeline.flatMap((entry) => entryLines(entry, screen)),
  ].map(printable);
}

function hopLines(hop: ChainFile["hops"][number], screen: Screen): string[] {
  const { caseId, exportedOn, exportedTo, importedFrom, offExchange, outcome, state } = hop;
  const name = stateName(hop.requestedState);
  const standing = outcome ?? state;
  const way = offExchange ? ", by letter" : "";
  const when = exportedOn === undefined ? "" : ` (${exportedOn})`;
  const came = importedFrom === undefined ? [] : [`had it from ${stateName(importedFrom)}`];
  const went = exportedTo === undefined ? [] : [`sent it to ${stateName(exportedTo)}${when}`];
  const look = outcome === undefined ? "waiting" : "good";
  return [
    "  │",
    `  ${hop.hop + 1} ─▶ ${hop.requestedState}  ${name}${way}: ${paint(screen, look, standing)}`,
    ...[...came, ...went].map((text) => `  │      ${text}`),
    paint(screen, "quiet", `  │      case ${caseId}`),
  ];
}

function gapLines(text: string, screen: Screen): string[] {
  const lines = wrap(text, screen.width - 6);
  return ["  ╳", ...lines.map((line) => paint(screen, "bad", `  ╳  ${line}`))];
}

function endLines({ end, next }: ChainFile, screen: Screen): string[] {
  const leads = next?.states.map(stateName).join(" or ");
  const text = leads === undefined ? ENDS[end ?? ""] : `It leads on to ${leads}: not asked yet.`;
  return ["  │", paint(screen, "waiting", `  ${next === undefined ? "■" : "▼"} ${text ?? ""}`)];
}

function entryLines(entry: ChainFile["timeline"][number], screen: Screen): string[] {
  const { at, detail, event, fromState, hop, kind, saidBy, state, toState } = entry;
  const when = at === "" ? "undated" : at.slice(0, "2026-01-01T00:00".length).replace("T", " ");
  const way = [fromState, toState].filter((each) => each !== undefined).map(stateName);
  const text =
    kind === "CUSTODY"
      ? `${event.toLowerCase()} ${way.join(" → ")} (says ${stateName(saidBy ?? "")})`
      : `hop ${hop + 1}: ${event}${detail === undefined ? "" : ` (${detail})`} → ${state}`;
  const indent = when.padEnd("2026-01-01 00:00".length);
  return wrap(text, screen.width - indent.length - 4).map(
    (line, row) => `  ${row === 0 ? indent : " ".repeat(indent.length)}  ${line}`,
  );
}
