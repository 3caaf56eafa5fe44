import { acknowledgeRule } from "./acknowledge-rule.ts";
import { alertRule, alertStandingRule } from "./alert-rules.ts";
import { capRule } from "./cap-rule.ts";
import { addresseesRule, chainRule, clockRule, moveRule } from "./case-rules.ts";
import { checkRule } from "./check-rule.ts";
import { completenessRule } from "./completeness-rule.ts";
import { consignmentRule } from "./consignment-rule.ts";
import { handlingRule, releaseRule } from "./handling-rules.ts";
import { consistencyRule, inclusionRule } from "./merkle-rules.ts";
import { retentionRule } from "./retention-rule.ts";
import type { Rule } from "./rule.ts";
import { candidatesRule, serialKeysRule, serialMatchRule } from "./serial-rules.ts";
import { indicatorRule, suppressRule } from "./statistics-rules.ts";

/** Every rule that can be tried from outside, by name. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  [
    serialKeysRule,
    serialMatchRule,
    candidatesRule,
    addresseesRule,
    completenessRule,
    clockRule,
    moveRule,
    acknowledgeRule,
    handlingRule,
    releaseRule,
    chainRule,
    consignmentRule,
    capRule,
    alertRule,
    alertStandingRule,
    checkRule,
    inclusionRule,
    consistencyRule,
    retentionRule,
    indicatorRule,
    suppressRule,
  ].map((rule) => [rule.name, rule]),
);
