import type { z } from 'zod';
import { HttpError } from '../../../fetch/http/error.ts';

/** What a provider sent, as `schema` has it. Throws an HttpError when it is something else. */
export function read<T>(schema: z.ZodType<T>, content: unknown): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new HttpError('content', 'the server answers something else than its API does');
}
