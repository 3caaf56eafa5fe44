import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { TracepostError } from "#errors";

/** What the person who starts the scenario asked for. */
export interface ScenarioOptions {
  /** Run, report, stop; otherwise the exchange stays up. */
  readonly once: boolean;
  /** Recovered firearms; default the made-up set of the project. */
  readonly inputFile: string | undefined;
  readonly reportFile: string | undefined;
  /** Data folder; default one in the checkout for each input. */
  readonly dataDir: string | undefined;
}

/** What `--help` prints, and what follows a wrong argument. */
export const SCENARIO_HELP = `\
Plays recovered firearms through a whole exchange on this machine: NATS, the gateway and one focal
point per State, each a process of its own. The exchange stays up until Ctrl-C.

  npm start                                          the made-up set that comes with the project
  npm start -- --input FILE.csv                      your own recovered firearms
  npm start -- --once --input FILE.csv --report FILE.json
                                                     run, write the report, stop

  --once          stop when every request is answered; exit 0 only if nothing was lost,
                  duplicated or unverifiable
  --input FILE    CSV with the columns ref, manufacturer, serial_number, calibre,
                  first_sale_date, recovery_date, dealer_state, recovered_in
  --report FILE   write what happened as JSON
  --data DIR      data folder; default one in ./data for each input. The same folder again
                  resumes: nothing is sent twice
  --help          this text

Exit codes: 0 done · 2 wrong argument or input · 3 data folder or key file · 4 something is
missing on this machine · 5 the exchange cannot be reached · 6 lost, duplicated or unverifiable ·
1 anything else. What each means: docs/cli.md`;

/**
 * Reads the arguments, with paths relative to `folder`; undefined when help was asked for. Throws
 * TracepostError USAGE for an argument it does not know, with the help as remedy.
 */
export function parseScenarioOptions(
  argv: readonly string[],
  folder: string,
): ScenarioOptions | undefined {
  const values = parseValues(argv);
  if (values.help === true) return undefined;
  const path = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : resolve(folder, value);
  return {
    once: values.once === true,
    inputFile: path(values.input),
    reportFile: path(values.report),
    dataDir: path(values.data),
  };
}

function parseValues(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      allowPositionals: false,
      strict: true,
      options: {
        once: { type: "boolean" },
        input: { type: "string" },
        report: { type: "string" },
        data: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (caught) {
    const [message = ""] = String(caught instanceof Error ? caught.message : caught).split(". ");
    throw new TracepostError("USAGE", message, { cause: caught, remedy: `\n${SCENARIO_HELP}` });
  }
}
