import { Type } from "typebox";
import { REGISTER_LIMITS } from "#runtime";
import { type RegisterClient, type StandingNotice, standingNotice } from "#trust";

/** Where the register in force and its time are read. */
export type RegisterGlanceSource = Pick<RegisterClient, "current">;

/** The register in force, as whoever looks after a service is told of it. */
export interface RegisterGlance {
  readonly version: string;
  /** See TP-REG-3. */
  readonly standing: "fresh" | "stale" | "grace" | "closed";
  readonly expiresAt: string;
  readonly closesAt: string;
}

const instant = Type.String({ format: "date-time" });

/** Contract of a {@link RegisterGlance}. */
export const REGISTER_GLANCE = Type.Object(
  {
    version: Type.String(),
    standing: Type.Enum(["fresh", "stale", "grace", "closed"], {
      description:
        "grace: it has expired, what begins a conversation is refused unless urgent; closed: " +
        "nothing goes until the next version comes",
    }),
    expiresAt: instant,
    closesAt: Type.String({ format: "date-time", description: "When nothing goes any more" }),
  },
  { description: "The participant register in force" },
);

/** One for examples. */
export const EXAMPLE_GLANCE = {
  version: "1",
  standing: "fresh",
  expiresAt: "2026-02-09T09:00:00.000Z",
  closesAt: "2026-03-11T09:00:00.000Z",
} as const;

/** The register in force, and what is to be done about it (TP-REG-3). */
export function glanceAtRegister(
  { current }: RegisterGlanceSource,
  nowMs: number,
): { readonly register: RegisterGlance; readonly notice: StandingNotice | undefined } {
  const { expiresAtMs, version } = current.view();
  const standing = current.standing(nowMs);
  const closesAtMs = expiresAtMs + REGISTER_LIMITS.graceMs;
  const register = {
    version: String(version),
    standing: standing.name,
    expiresAt: new Date(expiresAtMs).toISOString(),
    closesAt: new Date(closesAtMs).toISOString(),
  };
  return { register, notice: standingNotice(standing, nowMs) };
}
