import { z } from 'zod';
import { type Fields, RefusedHookError } from './contract.ts';
import { readPayload } from './payload.ts';

/** CDEvents 0.4, by its specification: subjects with their predicates. */
const PREDICATES: Readonly<Record<string, readonly string[]>> = {
  artifact: ['packaged', 'signed', 'published', 'downloaded', 'deleted'],
  branch: ['created', 'deleted'],
  build: ['queued', 'started', 'finished'],
  change: ['created', 'updated', 'reviewed', 'merged', 'abandoned'],
  environment: ['created', 'modified', 'deleted'],
  incident: ['detected', 'reported', 'resolved'],
  pipelinerun: ['queued', 'started', 'finished'],
  repository: ['created', 'modified', 'deleted'],
  service: ['deployed', 'upgraded', 'rolledback', 'removed', 'published'],
  taskrun: ['started', 'finished'],
  testcaserun: ['queued', 'started', 'skipped', 'finished'],
  testoutput: ['published'],
  testsuiterun: ['queued', 'started', 'finished'],
  ticket: ['created', 'updated', 'closed'],
};

/** What the content has to have, where it is not free. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'artifact.packaged': ['change'],
  'artifact.signed': ['signature'],
  'incident.detected': ['environment'],
  'incident.reported': ['environment', 'ticketURI'],
  'incident.resolved': ['environment'],
  'service.deployed': ['environment', 'artifactId'],
  'service.upgraded': ['environment', 'artifactId'],
  'service.rolledback': ['environment', 'artifactId'],
  'service.removed': ['environment'],
  'service.published': ['environment'],
  'testcaserun.queued': ['environment'],
  'testcaserun.started': ['environment'],
  'testcaserun.skipped': ['environment'],
  'testcaserun.finished': ['environment', 'outcome'],
  'testsuiterun.queued': ['environment'],
  'testsuiterun.started': ['environment'],
  'testsuiterun.finished': ['environment', 'outcome'],
  'testoutput.published': ['outputType', 'format'],
};

const text = z.string().min(1);

const cdEvent = z.strictObject({
  context: z.strictObject({
    version: z.string().regex(/^0\.4\.\d+/),
    id: text,
    source: text,
    type: text,
    timestamp: z.iso.datetime({ offset: true }),
    schemaUri: text.optional(),
    chainId: text.optional(),
    links: z.array(z.looseObject({})).optional(),
  }),
  subject: z.strictObject({
    id: text,
    source: z.string().optional(),
    type: z.string().optional(),
    content: z.looseObject({}),
  }),
  customData: z.unknown().optional(),
  customDataContentType: z.string().optional(),
});

const TYPE = /^dev\.cdevents\.([a-z]+)\.([a-z]+)\.\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
const CUSTOM_TYPE = /^dev\.cdeventsx\.[a-z0-9]+-[a-z]+\.[a-z]+\.\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/** The body as a CDEvent. Throws a {@link RefusedHookError} that names the part which is not one of the specification. */
export function readCdEvent(body: Buffer): Fields {
  const payload = readPayload(body);
  const read = cdEvent.safeParse(payload);
  if (!read.success) {
    throw new RefusedHookError(`the body is no CDEvent: ${read.error.issues[0]?.path.join('.') ?? ''}`);
  }
  const { context, subject } = read.data;
  if (CUSTOM_TYPE.test(context.type)) return payload;
  const [, what = '', predicate = ''] = TYPE.exec(context.type) ?? [];
  if (!PREDICATES[what]?.includes(predicate)) throw new RefusedHookError('the type is of no CDEvent');
  const missing = REQUIRED[`${what}.${predicate}`]?.find((field) => !Object.hasOwn(subject.content, field));
  if (missing !== undefined) {
    throw new RefusedHookError(`the body is no CDEvent: subject.content.${missing} is missing`);
  }
  return payload;
}
