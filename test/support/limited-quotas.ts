import { ParticipantQuotas } from "#proto";
import type { RegisterView } from "#trust";

/** The next version of a register, in which one participant has quotas of its own. */
export function withQuotas(
  register: RegisterView,
  limited: string,
  quotas: Partial<ParticipantQuotas>,
): RegisterView {
  const own = ParticipantQuotas.create(quotas);
  return {
    ...register,
    version: register.version + 1n,
    participant: (id) => {
      const found = register.participant(id);
      return found === undefined || id !== limited ? found : { ...found, quotas: own };
    },
  };
}
