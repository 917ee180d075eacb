import type { Budget } from '../budget.ts';
import { Refusal } from '../errors.ts';
import { define, type FunctionTable } from '../function.ts';
import { decodeJson, encodeJson, type JsonStyle } from '../json.ts';
import type { GoValue } from '../value.ts';

const PLAIN: JsonStyle = { isHtmlSafe: true };
const PRETTY: JsonStyle = { isHtmlSafe: true, indent: '  ' };
const RAW: JsonStyle = { isHtmlSafe: false };

/** JSON. Those without `must` answer nothing where there is an error, but for `toRawJson`. */
export const documentFunctions: FunctionTable = {
  fromJson: define(['budget', 'string'], (budget, text) =>
    lenient(() => decodeJson(text, budget), null, budget),
  ),
  mustFromJson: define(['budget', 'string'], (budget, text) => decodeJson(text, budget)),
  toJson: define(['budget', 'any'], (budget, value) =>
    lenient(() => encodeJson(value, PLAIN, budget), '', budget),
  ),
  mustToJson: define(['budget', 'any'], (budget, value) => encodeJson(value, PLAIN, budget)),
  toPrettyJson: define(['budget', 'any'], (budget, value) =>
    lenient(() => encodeJson(value, PRETTY, budget), '', budget),
  ),
  mustToPrettyJson: define(['budget', 'any'], (budget, value) => encodeJson(value, PRETTY, budget)),
  toRawJson: define(['budget', 'any'], (budget, value) => encodeJson(value, RAW, budget)),
  mustToRawJson: define(['budget', 'any'], (budget, value) => encodeJson(value, RAW, budget)),
};

function lenient(run: () => GoValue, otherwise: GoValue, budget: Budget): GoValue {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // What has been used up stays so.
    budget.spend(1);
    return otherwise;
  }
}
