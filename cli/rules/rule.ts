import type { Static, TSchema } from "typebox";
import type { Refusal } from "#errors";
import { InvalidRequest, type Problem, problemFromFault, problemFromRefusal } from "#http";
import { compileSchema } from "#runtime";

/** What a rule says of its input. */
export type RuleAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem };

/** A pure rule of the product that anybody can hold an implementation of their own against. */
export interface Rule {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  /** JSON Schema of what it takes. */
  readonly input: TSchema;
  /** Answers, or says everything that is wrong with the input. Never throws. */
  run(input: unknown): RuleAnswer;
}

/** Something wrong with an input that its schema cannot say. */
export interface WrongInput {
  readonly field: string;
  readonly rule: string;
}

/** What a rule's own function gives back. */
export type RuleResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly refusal: Refusal }
  | { readonly ok: false; readonly wrong: readonly WrongInput[] };

/** Builds a rule: its input is checked against the schema before `decide` sees it. */
export function createRule<S extends TSchema>(parts: {
  readonly name: string;
  readonly about: string;
  readonly input: S;
  readonly decide: (input: Static<S>) => RuleResult;
}): Rule {
  const { name, about, input, decide } = parts;
  const schema = compileSchema(input);
  return {
    name,
    about,
    input,
    run(given) {
      const checked = schema.check(given);
      if (!checked.ok) return wrong(checked.problems);
      const result = decide(checked.value as Static<S>);
      if (result.ok) return result;
      if ("refusal" in result) return { ok: false, problem: problemFromRefusal(result.refusal) };
      return wrong(result.wrong);
    },
  };
}

function wrong(problems: readonly WrongInput[]): RuleAnswer {
  return { ok: false, problem: problemFromFault(new InvalidRequest(problems)) };
}
