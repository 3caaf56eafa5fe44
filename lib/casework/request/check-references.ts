import type { TraceRequest } from "#proto";
import { REQUEST_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";

/** Checks what is only pointed at: consignments, ballistic images, public documents (TP-REQ-4). */
export function checkReferences(request: TraceRequest, found: FindingList): void {
  const { referenceCharsMax } = REQUEST_LIMITS;
  found.bounded(request.linkedAuthorizationRef, "linked_authorization_ref", referenceCharsMax);
  // Images stay in the ballistic network; a reference is all that travels.
  found.bounded(request.ballistics?.ibinRef ?? "", "ballistics.ibin_ref", referenceCharsMax);
  found.bounded(
    request.ballistics?.nationalRef ?? "",
    "ballistics.national_ref",
    referenceCharsMax,
  );
  found.demand(request.links.length <= REQUEST_LIMITS.linksMax, "links", "tooMany");
  for (const [index, link] of request.links.slice(0, REQUEST_LIMITS.linksMax).entries()) {
    found.demand(isPublicLink(link), `links.${index}`, "notALink");
  }
}

/** A public document has an https address without a name or password in it. */
function isPublicLink(text: string): boolean {
  const url = text.length <= REQUEST_LIMITS.linkCharsMax ? URL.parse(text) : null;
  return url?.protocol === "https:" && url.username === "" && url.password === "";
}
