import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import { messageOf } from '../../failures.ts';
import { RecordError } from './record-error.ts';

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

// The API server takes 1 MiB of Secret, and charts compress to a tenth or so: beyond this it was made to burst.
const LARGEST = 32 * 1024 * 1024;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The JSON text inside `data.release` of a record, as the API has it. Throws {@link RecordError}. */
export async function unpackRecord(data: string): Promise<string> {
  const packed = fromBase64(
    fromBase64(data)
      .toString('latin1')
      .replace(/[\r\n]/g, ''),
  );
  // What helm stored before it compressed is plain.
  const isGzip = packed.length > 3 && packed[0] === 0x1f && packed[1] === 0x8b && packed[2] === 0x08;
  const json = isGzip ? await gunzipped(packed) : packed;
  return json.toString('utf8');
}

/** {@link unpackRecord} the other way round. */
export async function packRecord(json: string): Promise<string> {
  const packed = await deflate(json, { level: constants.Z_BEST_COMPRESSION });
  return Buffer.from(packed.toString('base64')).toString('base64');
}

function fromBase64(text: string): Buffer {
  if (!BASE64.test(text)) throw new RecordError('it is no base64');
  return Buffer.from(text, 'base64');
}

async function gunzipped(packed: Buffer): Promise<Buffer> {
  try {
    return await inflate(packed, { maxOutputLength: LARGEST });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new RecordError(
      isTooLarge ? `it is larger than ${LARGEST} bytes` : `it cannot be decompressed: ${messageOf(error)}`,
    );
  }
}
