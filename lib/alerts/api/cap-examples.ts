import { ALERT_KINDS } from "#casework";
import { EXAMPLE_ALERT, EXAMPLE_SENT } from "./alert-examples.ts";

const { alert } = EXAMPLE_ALERT;
const [info] = alert.infos;
const [item] = alert.items;

const parameters = Object.entries({
  "dutyContact.unit": alert.dutyContact.unit,
  "dutyContact.telephone": alert.dutyContact.telephone,
  "items.0.subjectKind": item.subjectKind,
  ...Object.fromEntries(
    Object.entries(item.firearm).map(([name, value]) => [`items.0.firearm.${name}`, value]),
  ),
  "items.0.quantity": String(item.quantity),
  wantedReason: alert.wantedReason,
}).map(([name, value]) => {
  const named = `<valueName>tracepost:${name}</valueName><value>${value}</value>`;
  return `    <parameter>${named}</parameter>`;
});

/** The alert of the examples as a CAP document. */
export const EXAMPLE_CAP = `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>${EXAMPLE_SENT.messageId}</identifier>
  <sender>KE</sender>
  <sent>2026-02-02T09:12:04-00:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Private</scope>
  <addresses>AT</addresses>
  <code>TLP:AMBER</code>
  <code>NO_ONWARD</code>
  <info>
    <language>${info.languageTag}</language>
    <category>Security</category>
    <event>${ALERT_KINDS[alert.kind].about}</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <eventCode><valueName>tracepost:kind</valueName><value>${alert.kind}</value></eventCode>
    <senderName>${alert.dutyContact.unit}</senderName>
    <headline>${info.headline}</headline>
    <instruction>${info.instruction}</instruction>
    <contact>${alert.dutyContact.unit}; ${alert.dutyContact.telephone}</contact>
${parameters.join("\n")}
  </info>
</alert>
`;

/** What reading it answers. */
export const EXAMPLE_CAP_READ = {
  move: "ALERT",
  body: {
    to: EXAMPLE_ALERT.to,
    status: "ACTUAL",
    alert: { ...alert, urgency: "IMMEDIATE", severity: "SEVERE", certainty: "OBSERVED" },
  },
  complete: true,
  findings: [],
  leftOut: [],
  source: { identifier: EXAMPLE_SENT.messageId, sender: "KE", sentAt: "2026-02-02T09:12:04.000Z" },
} as const;

/** A warning for everybody, of another system. */
export const EXAMPLE_FOREIGN_CAP = `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>storm-17</identifier>
  <sender>weather.example</sender>
  <sent>2026-02-02T09:12:04-00:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
</alert>
`;
