import type { Database } from "#runtime";
import type { RegisterView } from "#trust";
import type { MonitorProcedures } from "../store.ts";

/** Where figures are read. */
export type FigureStore = Pick<Database<MonitorProcedures>, "call">;

/** What figures are read from. */
export interface FigureDeps {
  /** Participant id of the monitor. */
  readonly participant: string;
  readonly store: FigureStore;
  readonly register: () => RegisterView;
  readonly clock: { now(): number };
}
