import { inject } from "vitest";

// Read by gateway-bench: in this group the stores lie in PostgreSQL.
process.env.TRACEPOST_TEST_POSTGRES = inject("postgres");
