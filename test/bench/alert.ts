import { alertFromJson } from "#casework";
import {
  Alert,
  AlertKind,
  AlertMove,
  AlertScope,
  Disclosed,
  Envelope,
  Header,
  Kind,
  Lane,
  Priority,
} from "#proto";
import {
  createSealer,
  createSigner,
  generateSealingKey,
  generateSigningKey,
  PAYLOAD_TYPES,
} from "#trust";
import { filterForRecipient } from "#wire";
import { alertBody } from "../support/alert-bodies.ts";
import { bodyPart, sealedTraceRequest } from "../support/sealed-message.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const WORLD = 200;

/** A worldwide alert: how long its seal takes, and what arrives in each inbox. */
export const alertBench: Bench = {
  name: "alert",
  about: "an alert to 200 recipients: time to seal and sign, bytes per inbox",
  run: measureAlert,
};

async function measureAlert(options: BenchOptions): Promise<Section> {
  const recipients = await Promise.all(
    Array.from({ length: WORLD }, async (_, at) => {
      return { id: `ORG-MEMBER${at}`, sealingKey: (await generateSealingKey()).recipient };
    }),
  );
  const key = generateSigningKey();
  const sender = { id: "KE", key, signer: createSigner(key, PAYLOAD_TYPES.header) };
  const { alert } = alertBody({});
  const body = Alert.encode(alertFromJson(alert as never)).finish();
  const parts = [{ ...bodyPart(body), schema: "tracepost.v1.Alert", retentionClass: "alert" }];
  const disclosed = Disclosed.create({
    alertMove: AlertMove.ALERT,
    alertKind: AlertKind.WANTED_FIREARM,
    alertScope: AlertScope.PRIVATE,
  });
  const header = {
    ...{ kind: Kind.ALERT, priority: Priority.URGENT, lane: Lane.URGENT, disclosed },
    instrumentBasis: [],
  };
  const sealer = createSealer();
  try {
    const seal = () =>
      sealedTraceRequest(sealer, sender, recipients, {
        ...{ parts, header },
        binding: { kind: Kind.ALERT },
      });
    await seal();
    const times: number[] = [];
    for (let round = 0; round < Math.max(3, options.rounds); round += 1) {
      const beganAt = performance.now();
      await seal();
      times.push(performance.now() - beganAt);
      options.progress(`round ${round + 1}: ${(times.at(-1) ?? 0).toFixed(0)} ms`);
    }
    const sealMs = times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
    const message = await seal();
    const inbox = filterForRecipient(
      Envelope.decode(message.bytes),
      Header.decode(message.headerBytes),
      "ORG-MEMBER0",
    );
    const data = {
      recipients: WORLD,
      bodyBytes: body.length,
      sealMs,
      envelopeBytes: message.bytes.length,
      inboxBytes: inbox.length,
    };
    return {
      title: `An alert to ${WORLD} recipients, ${body.length} B body`,
      columns: ["figure", "value"],
      rows: [
        ["seal and sign, median", `${sealMs.toFixed(0)} ms`],
        ["envelope to the exchange", `${data.envelopeBytes} B`],
        ["envelope in each inbox", `${data.inboxBytes} B`],
      ],
      data,
    };
  } finally {
    await sealer.close();
  }
}
