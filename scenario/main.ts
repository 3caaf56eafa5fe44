import { join } from "node:path";
import { TracepostError } from "#errors";
import { faultLines, systemClock } from "#runtime";
import { openSqliteReader } from "#store";
import {
  ExchangePaths,
  initExchange,
  isExchangeFolder,
  openExchangeFolder,
  startExchange,
  verifyLogOf,
} from "../deploy/local/index.ts";
import { openAuditStore } from "./audit-store.ts";
import { enterExchange } from "./enter-exchange.ts";
import { parseScenarioOptions, SCENARIO_HELP } from "./options.ts";
import { runScenario } from "./run.ts";
import { listenForStop } from "./stop-signal.ts";
import { tellEvent } from "./tell-event.ts";

const checkout = join(import.meta.dirname, "..");
// npm runs its scripts in the checkout and remembers where it was called.
const { INIT_CWD, npm_lifecycle_event: npmScript } = process.env;
const folder = (npmScript === "start" ? INIT_CWD : undefined) ?? process.cwd();
const FEED_PERIOD_MS = 2_000;
const stop = listenForStop((line) => process.stderr.write(`\n${line}\n`));

try {
  const options = parseScenarioOptions(process.argv.slice(2), folder);
  if (options === undefined) process.stdout.write(`${SCENARIO_HELP}\n`);
  else {
    process.exitCode = await runScenario(options, {
      clock: systemClock,
      screen: { stream: process.stdout, isTerminal: process.stdout.isTTY },
      stop,
      defaultInput: join(import.meta.dirname, "data", "recovered-firearms.csv"),
      defaultDataRoot: join(checkout, "data"),
      isExchange: isExchangeFolder,
      init: async (dataDir, participants) => {
        await initExchange({ dataDir, participants });
      },
      participantsOf: async (dataDir) => {
        const { participants } = await openExchangeFolder(dataDir);
        return participants.map(({ id }) => id);
      },
      start: (dataDir, signal, say) =>
        enterExchange(
          startExchange({
            ...{ dataDir, signal, onEvent: (event) => tellEvent(event, say) },
            // Figures are looked at while one waits for them.
            tuning: { feedPeriodMs: FEED_PERIOD_MS },
          }),
        ),
      verifyLog: verifyLogOf,
      openStore: (dataDir, id) => {
        const { dir } = new ExchangePaths(dataDir).participant(id);
        return openAuditStore(openSqliteReader(join(dir, "focal-point.sqlite")));
      },
    });
  }
} catch (caught) {
  const fault = TracepostError.from(caught);
  process.stderr.write(`\n${faultLines(fault).join("\n")}\n`);
  process.exitCode = fault.exitCode;
} finally {
  stop.release();
}
