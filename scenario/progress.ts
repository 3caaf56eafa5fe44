import { Presets, SingleBar } from "cli-progress";

/** How far the requests are. */
export interface ProgressCounts {
  readonly accepted: number;
  readonly delivered: number;
  readonly answered: number;
}

/** Shows how far the requests are. */
export interface ProgressView {
  show(counts: ProgressCounts): void;
  /** Leaves the last state standing. */
  end(): void;
}

/** Where a view writes to. */
export interface Screen {
  readonly stream: NodeJS.WriteStream;
  /** Whether lines can be drawn over. */
  readonly isTerminal: boolean;
}

/** Share of the whole that is worth a line where no bar can be drawn. */
const LINE_STEP = 0.1;

/** A bar on a terminal, plain lines elsewhere. `total` is the number of requests. */
export function createProgressView(screen: Screen, total: number): ProgressView {
  return screen.isTerminal ? createBar(screen.stream, total) : createLines(screen.stream, total);
}

function createBar(stream: NodeJS.WriteStream, total: number): ProgressView {
  const bar = new SingleBar(
    {
      stream,
      hideCursor: true,
      // The scenario stops itself on signals; the bar must not do it in its own way.
      gracefulExit: false,
      format: "  {bar} {value}/{total} answered · {delivered} delivered · {eta_formatted} left",
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { delivered: 0 });
  return {
    // Counts are of whole States, which may have cases besides these.
    show: ({ answered, delivered }) => bar.update(Math.min(total, answered), { delivered }),
    end: () => bar.stop(),
  };
}

function createLines(stream: NodeJS.WriteStream, total: number): ProgressView {
  let told = 0;
  return {
    show({ accepted, answered, delivered }) {
      const done = (accepted + delivered + answered) / (3 * Math.max(1, total));
      if (done < 1 && done - told < LINE_STEP) return;
      if (done === told) return;
      told = done;
      stream.write(
        `  ${accepted} recorded, ${delivered} delivered, ${answered} answered of ${total}\n`,
      );
    },
    end: () => undefined,
  };
}
