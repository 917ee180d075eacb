import { z } from 'zod';
import { type Fields, RefusedHookError } from './contract.ts';
import { readPayload } from './payload.ts';

/** What services that sign nothing send, as far as it tells their webhooks from others. */

const dockerhub = z.looseObject({
  push_data: z.looseObject({ tag: z.string() }),
  repository: z.looseObject({ repo_url: z.string() }),
});

const quay = z.looseObject({ docker_url: z.string(), updated_tags: z.array(z.string()).nullish() });

const acr = z.looseObject({
  action: z.string().min(1),
  // The test of a webhook has none.
  target: z.looseObject({ repository: z.string().nullish(), tag: z.string().nullish() }).nullish(),
});

const nexus = z.looseObject({ action: z.string().nullish(), repositoryName: z.string().nullish() });

const pubsub = z.looseObject({ message: z.looseObject({ data: z.string().min(1) }) });
const gcr = z.object({
  action: z.string().default(''),
  digest: z.string().default(''),
  tag: z.string().default(''),
});

type Service = 'dockerhub' | 'quay' | 'acr' | 'nexus';

const SHAPES: Readonly<Record<Service, z.ZodType<Fields>>> = { dockerhub, quay, acr, nexus };

/** The body of one of these services. Throws a {@link RefusedHookError} for one of another shape. */
export function readShape(service: Service, body: Buffer): Fields {
  return shaped(SHAPES[service], readPayload(body), service);
}

/** What Google's registry says inside of the message of Pub/Sub. */
export function readPubsub(body: Buffer): Fields {
  const { message } = shaped(pubsub, readPayload(body), 'Pub/Sub');
  return shaped(gcr, readPayload(Buffer.from(message.data, 'base64')), 'gcr');
}

function shaped<T>(shape: z.ZodType<T>, payload: Fields, service: string): T {
  const read = shape.safeParse(payload);
  if (read.success) return read.data;
  // The path is of the shape, so it says nothing that a sender chose.
  const field = read.error.issues[0]?.path.join('.') ?? '';
  throw new RefusedHookError(`the body is none of ${service}: ${field}`);
}
