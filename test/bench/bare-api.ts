// The floor of the API bench: the same answers from the same HTTP server, without anything in
// between. What is posted goes durably into one SQLite table and is answered with what it made.
// The parent sends the answers; this program says at which address they are given.
import { DatabaseSync } from "node:sqlite";
import { fastify } from "fastify";

/** Answers by path, and what a post is answered with. */
export interface BareAnswers {
  readonly file: string;
  readonly gets: Readonly<Record<string, string>>;
  readonly post: { readonly path: string; readonly answer: string };
}

const JSON_TYPE = "application/json; charset=utf-8";

process.once("message", (answers: BareAnswers) => {
  serve(answers).then(
    (url) => process.send?.({ url }),
    () => process.exit(1),
  );
});
process.once("disconnect", () => process.exit());

async function serve({ file, gets, post }: BareAnswers): Promise<string> {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  db.exec("CREATE TABLE posted (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
  const insert = db.prepare("INSERT INTO posted (body) VALUES (?)");
  const app = fastify();
  for (const [path, answer] of Object.entries(gets)) {
    app.get(path, (_request, reply) => reply.type(JSON_TYPE).send(answer));
  }
  app.post(post.path, (request, reply) => {
    insert.run(JSON.stringify(request.body));
    return reply.code(201).type(JSON_TYPE).send(post.answer);
  });
  return app.listen({ host: "127.0.0.1", port: 0 });
}
