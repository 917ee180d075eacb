import protobuf from 'protobufjs/minimal.js';
import { type ReleasePlace, recordVersion } from './route.ts';

const RECORD_TYPE = 'helm.sh/release.v1';
// In front of every message of the Kubernetes API.
const MAGIC = Buffer.from('k8s\0');

/** The version of the release whose record this body would create as a Secret; undefined when it is something else. */
export function createdRecord(body: Buffer, place: ReleasePlace): number | undefined {
  // Of the chart's own Secrets there are more, and they need not be parsed.
  if (!body.includes(RECORD_TYPE)) return undefined;
  const { type, name } = body.indexOf(MAGIC) === 0 ? fromProtobuf(body) : fromJson(body);
  return type === RECORD_TYPE && name !== undefined ? recordVersion(name, place) : undefined;
}

interface SecretHead {
  readonly type?: string | undefined;
  readonly name?: string | undefined;
}

function fromJson(body: Buffer): SecretHead {
  try {
    const { type, metadata } = JSON.parse(body.toString()) as {
      type?: string;
      metadata?: { name?: string };
    };
    return { type, name: metadata?.name };
  } catch {
    return {};
  }
}

// The numbers of the fields in the messages Unknown, Secret and ObjectMeta.
const RAW = 2;
const METADATA = 1;
const TYPE = 3;
const NAME = 1;

function fromProtobuf(body: Buffer): SecretHead {
  try {
    const secret = field(body.subarray(MAGIC.length), RAW);
    const metadata = secret && field(secret, METADATA);
    return {
      type: secret && text(field(secret, TYPE)),
      name: metadata && text(field(metadata, NAME)),
    };
  } catch {
    return {};
  }
}

const LENGTH_DELIMITED = 2;

/** The bytes of a message's field, by its number. */
function field(message: Uint8Array, wanted: number): Uint8Array | undefined {
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const wire = tag & 7;
    if (tag >>> 3 === wanted && wire === LENGTH_DELIMITED) return reader.bytes();
    reader.skipType(wire);
  }
  return undefined;
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString('utf8');
}
