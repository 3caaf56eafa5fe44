import { describe, expect, it } from "vitest";
import { type ParticipantStatus, ParticipantStatus as Status } from "#proto";
import type { RegisterView } from "#trust";
import { outSubject } from "#wire";
import { OutboxConsumers } from "../../../gateway/outbox-consumers.ts";
import type { Passage } from "../../../gateway/passage.ts";

/** A register with these participants, as far as outboxes need one. */
function registerOf(statuses: Readonly<Record<string, ParticipantStatus>>): RegisterView {
  const participants = Object.entries(statuses).map(([id, status]) => ({ id, status }));
  return { participants } as unknown as RegisterView;
}

function openConsumers() {
  const open = new Map<string, (subject: string) => string>();
  const taken: Passage[] = [];
  const consumers = new OutboxConsumers({
    clock: { now: () => 1 },
    push: (passage) => taken.push(passage),
    transport: {
      consume: async (stream, consumer, onMessage) => {
        open.set(`${stream}/${consumer}`, (subject) => {
          let settled = "";
          onMessage({
            ...{ subject, data: new Uint8Array(), deliveries: 1 },
            ack: () => {
              settled = "ack";
            },
            nak: () => undefined,
          });
          return settled;
        });
        const stop = async () => void open.delete(`${stream}/${consumer}`);
        return { answering: true, stop };
      },
    },
  });
  return { consumers, open, taken };
}

describe("the outboxes a gateway reads (TP-RUN-6)", () => {
  it("are those of the register in force, lane by lane", async () => {
    const { consumers, open } = openConsumers();
    await consumers.follow(registerOf({ NE: Status.ACTIVE, BR: Status.SUSPENDED }));
    expect([...open.keys()].toSorted()).toEqual(
      ["BR", "NE"].flatMap((id) =>
        ["bulk", "normal", "urgent"].map((lane) => `OUT_${id}/gw-${lane}`),
      ),
    );
    await consumers.follow(registerOf({ NE: Status.REMOVED, AT: Status.ACTIVE }));
    expect([...open.keys()].map((name) => name.split("/")[0])).toEqual([
      ...["OUT_AT", "OUT_AT", "OUT_AT"],
    ]);
    await consumers.stop();
    expect(open.size).toBe(0);
  });

  it("bring messages of their own participant alone", async () => {
    const { consumers, open, taken } = openConsumers();
    await consumers.follow(registerOf({ NE: Status.ACTIVE }));
    const hand = open.get("OUT_NE/gw-normal");
    expect(hand?.(outSubject("BR", 2, 1))).toBe("ack");
    expect(taken).toEqual([]);
    expect(hand?.(outSubject("NE", 2, 1))).toBe("");
    expect(taken.map(({ address }) => address.participant)).toEqual(["NE"]);
  });
});
