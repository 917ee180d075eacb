import type { Client } from '@temporalio/client';
import { SearchAttribute } from '../api/names.ts';

// temporal.api.enums.v1.IndexedValueType: an enum of the wire, which the client does not export.
const INDEXED_VALUE_TYPE_KEYWORD = 2;

/**
 * Registers the search attributes of runs that the namespace lacks. Where that is not allowed (Temporal Cloud
 * does it by its own tools) it throws an Error that names them.
 */
export async function ensureSearchAttributes(client: Client): Promise<void> {
  const { namespace } = client.options;
  const missing = await missingSearchAttributes(client);
  if (missing.length === 0) return;
  try {
    await client.connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, INDEXED_VALUE_TYPE_KEYWORD])),
    });
  } catch (error) {
    if (!(await missingSearchAttributes(client)).length) return; // another worker was faster
    throw new Error(
      `the Temporal namespace ${namespace} lacks the Keyword search attributes ${missing.join(', ')}, and they cannot be added from here: add them with \`temporal operator search-attribute create\``,
      { cause: error },
    );
  }
}

export async function missingSearchAttributes(client: Client): Promise<readonly string[]> {
  const { namespace } = client.options;
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  return Object.values(SearchAttribute).filter((name) => !(name in customAttributes));
}
