import type { z } from 'zod';
import { HttpError } from '../../fetch/http/error.ts';

/** What a provider sent, as `schema` has it. Throws an HttpError when it is something else. */
export function readAnswer<T>(schema: z.ZodType<T>, content: unknown): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') || 'the whole';
  throw new HttpError('content', `the server answers no pull request that can be read (${field})`);
}
