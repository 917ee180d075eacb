import { expect, it } from 'vitest';
import { checksumOf } from '../../../../../activities/image/repository/checksum.ts';
import { golden } from '../../../../support/golden.ts';

interface Row {
  readonly tags: readonly string[];
  readonly checksum: string;
}

it.each(golden<null, Row>('activities/image/repository/fixtures/tags-checksum.json').rows)(
  'the checksum of $tags is $checksum, as Go makes it',
  ({ tags, checksum }) => {
    expect(checksumOf(tags)).toBe(checksum);
  },
);
