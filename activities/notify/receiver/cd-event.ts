import { z } from 'zod';
import { type Fields, RefusedHookError } from './contract.ts';
import { readPayload } from './payload.ts';

/** CDEvents 0.4, by its specification: subjects by their word in a type, with their own word and their predicates. */
const SUBJECTS: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  artifact: ['artifact', ['packaged', 'signed', 'published', 'downloaded', 'deleted']],
  branch: ['branch', ['created', 'deleted']],
  build: ['build', ['queued', 'started', 'finished']],
  change: ['change', ['created', 'updated', 'reviewed', 'merged', 'abandoned']],
  environment: ['environment', ['created', 'modified', 'deleted']],
  incident: ['incident', ['detected', 'reported', 'resolved']],
  pipelinerun: ['pipelineRun', ['queued', 'started', 'finished']],
  repository: ['repository', ['created', 'modified', 'deleted']],
  service: ['service', ['deployed', 'upgraded', 'rolledback', 'removed', 'published']],
  taskrun: ['taskRun', ['started', 'finished']],
  testcaserun: ['testCaseRun', ['queued', 'started', 'skipped', 'finished']],
  testoutput: ['testOutput', ['published']],
  testsuiterun: ['testSuiteRun', ['queued', 'started', 'finished']],
  ticket: ['ticket', ['created', 'updated', 'closed']],
};

/** The version in which 0.4 has a type, where it is another one. */
const VERSIONS: Readonly<Record<string, string>> = {
  'artifact.downloaded': '0.1.0',
  'artifact.deleted': '0.1.0',
  'change.created': '0.3.0',
  'testcaserun.skipped': '0.1.0',
  'ticket.created': '0.1.0',
  'ticket.updated': '0.1.0',
  'ticket.closed': '0.1.0',
};
const MOST_HAVE = '0.2.0';

/** What the content has to have, where it is not free. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'artifact.packaged': ['change'],
  'artifact.signed': ['signature'],
  'build.finished': ['artifactId'],
  'incident.detected': ['environment'],
  'incident.reported': ['environment', 'ticketURI'],
  'incident.resolved': ['environment'],
  'repository.created': ['name', 'url'],
  'service.deployed': ['environment', 'artifactId'],
  'service.upgraded': ['environment', 'artifactId'],
  'service.rolledback': ['environment', 'artifactId'],
  'testcaserun.queued': ['environment'],
  'testcaserun.started': ['environment'],
  'testcaserun.finished': ['environment', 'outcome'],
  'testsuiterun.queued': ['environment'],
  'testsuiterun.started': ['environment'],
  'testsuiterun.finished': ['environment', 'outcome'],
  'testoutput.published': ['outputType', 'format'],
  'ticket.created': ['uri'],
  'ticket.updated': ['uri'],
  'ticket.closed': ['uri', 'resolution'],
};

const text = z.string().min(1);

const cdEvent = z.looseObject({
  context: z.looseObject({
    version: text,
    id: text,
    source: text,
    type: text,
    timestamp: z.iso.datetime({ offset: true }),
  }),
  subject: z.looseObject({
    id: text,
    source: z.string().optional(),
    type: z.string().optional(),
    content: z.looseObject({}).default({}),
  }),
});

const TYPE = /^dev\.cdevents\.([a-z]+)\.([a-z]+)\.(\d+\.\d+\.\d+)$/;
const CUSTOM_TYPE = /^dev\.cdeventsx\.[a-z0-9]+-[a-z]+\.[a-z]+\.\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/** The body as a CDEvent. Throws a {@link RefusedHookError} that names the part which is not one of the specification. */
export function readCdEvent(body: Buffer): Fields {
  const payload = readPayload(body);
  const read = cdEvent.safeParse(payload);
  if (!read.success) throw unlike(read.error.issues[0]?.path.join('.') ?? '');
  if (!CUSTOM_TYPE.test(read.data.context.type)) assertSpecified(read.data);
  return payload;
}

function assertSpecified({ context, subject }: z.infer<typeof cdEvent>): void {
  const [, what = '', predicate = '', version] = TYPE.exec(context.type) ?? [];
  const type = `${what}.${predicate}`;
  const [word, predicates] = SUBJECTS[what] ?? ['', []];
  if (!predicates.includes(predicate) || version !== (VERSIONS[type] ?? MOST_HAVE))
    throw unlike('context.type');
  if (subject.type !== word) throw unlike('subject.type');
  const missing = REQUIRED[type]?.find((field) => !Object.hasOwn(subject.content, field));
  if (missing !== undefined) throw unlike(`subject.content.${missing} is missing`);
}

function unlike(part: string): RefusedHookError {
  return new RefusedHookError(`the body is no CDEvent of version 0.4: ${part}`);
}
