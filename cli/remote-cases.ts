import type { CaseFile, CaseLine, CaseSource } from "./case-view.ts";
import type { ServiceAccess } from "./service-access.ts";
import { allTraces, loadTrace } from "./trace-calls.ts";

/** Reads the trace cases of one State from the HTTP API of its focal point. */
export class RemoteCases implements CaseSource {
  readonly #service: ServiceAccess;

  constructor(service: ServiceAccess) {
    this.#service = service;
  }

  load(caseId: string): Promise<CaseFile> {
    return loadTrace<CaseFile>(this.#service, caseId);
  }

  all(): AsyncGenerator<CaseLine> {
    return allTraces<CaseLine>(this.#service, {});
  }

  async close(): Promise<void> {
    // Nothing is held between two calls.
  }
}
