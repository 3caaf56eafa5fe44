import { alertToJson, nameOf, proposeAddressees } from "#casework";
import { Alert, AlertKind, ExchangeStatus, HitMethod, WantedItem } from "#proto";
import { calendarDateOf } from "#runtime";
import { type RegisterView, receivingUnit } from "#trust";
import { timestampMs } from "#wire";
import type { AlertSender } from "../exchange/expand-recipients.ts";
import type { HitRecord } from "../exchange/response-record.ts";
import type { AlertFile } from "../exchange/view-procedures.ts";

/**
 * What a hit of this State already says of a trace request (TP-ALERT-44): the firearm as read
 * there, completed by the alert, where and when it was found, and whom to ask. An officer
 * completes it; nothing is sent. Undefined for a hit that is about no firearm.
 */
export function traceFromHit(
  { head, versions }: AlertFile,
  { hit, hitId, versionId }: HitRecord,
  { register, self }: { readonly self: AlertSender; readonly register: RegisterView },
) {
  const version = versions.find(({ messageId }) => messageId === versionId);
  const wanted = version?.alert.items[hit.item]?.firearm;
  const read = hit.firearm;
  if (wanted === undefined && read === undefined) return undefined;
  const firearm = { ...told(wanted), ...told(read) };
  const { countryOfManufacture = "" } = firearm as { readonly countryOfManufacture?: string };
  const addressees = proposeAddressees({
    recoveryCountry: self.state,
    ...(countryOfManufacture === "" ? {} : { countryOfManufacture }),
  });
  const proposed = addressees.ok ? addressees.value.proposed : [];
  const to = proposed.map((state) => receivingUnit(register, state)?.id).find(Boolean);
  const atMs = timestampMs(hit.at);
  const kind = nameOf(AlertKind, head.kind);
  return {
    to: to ?? "",
    priority: "ROUTINE",
    instrumentBasis: ["ITI"],
    status: nameOf(ExchangeStatus, head.status),
    request: {
      nationalCaseNumber: `HIT/${hitId}`,
      languageTag: "en",
      subjectKind: "FIREARM",
      quantity: 1,
      firearm,
      recovery: {
        date: atMs === undefined ? undefined : calendarDateOf(atMs),
        method: hit.method === HitMethod.SEIZED ? "SEIZED" : "FOUND",
        country: self.state,
        place: hit.place || undefined,
        context: "BORDER_CROSSING",
      },
      legalJustification: `Possible match of alert ${head.alertId} (${kind}) of ${head.originator}.`,
    },
  };
}

/** A firearm as JSON; nothing for none. */
function told(firearm: WantedItem["firearm"]): object {
  if (firearm === undefined) return {};
  const { items = [] } = alertToJson(
    Alert.fromPartial({ items: [WantedItem.fromPartial({ firearm })] }),
  ) as { readonly items?: readonly { readonly firearm?: object }[] };
  return items[0]?.firearm ?? {};
}
