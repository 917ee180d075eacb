import { z } from 'zod';
import { HttpError } from '../../fetch/http/error.ts';

/** How people know a pull request. */
export const shownNumber = z.int().positive();

/** Its page: goes into events and results. */
export const pageUrl = z.url({ protocol: /^https?$/ }).max(2048);

/** What a provider sent, as `schema` has it. Throws an HttpError when it is something else. */
export function readAnswer<T>(schema: z.ZodType<T>, content: unknown): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') || 'the whole';
  throw new HttpError('content', `the server answers no pull request that can be read (${field})`);
}
