import { FORMS, formOf } from "#casework";
import { type HttpRoutes, problemOf, sendProblem } from "#http";
import { LIST_FORMS, SHOW_FORM } from "./form-operations.ts";

/** Routes about forms: data only, the same for everybody (TP-REQ-11). */
export function addFormRoutes(routes: HttpRoutes): void {
  routes.get("/forms", LIST_FORMS, async (_request, reply) => {
    const forms = FORMS.map(({ name, subjectKind, title }) => ({ name, title, subjectKind }));
    return reply.send({ forms });
  });
  routes.get("/forms/:name", SHOW_FORM, async (request, reply) => {
    const form = formOf(request.params.name);
    return form === undefined ? sendProblem(reply, problemOf("NOT_FOUND")) : reply.send(form);
  });
}
