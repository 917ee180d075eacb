import type { ToolName } from './catalog.ts';

/** What happens to one tool while it is made available. */
export interface ToolProgress {
  readonly tool: ToolName;
  readonly version: string;
  readonly phase: 'waiting' | 'building' | 'built';
  readonly elapsedMs: number;
}

export type OnProgress = (progress: ToolProgress) => void;

const words = { waiting: 'waiting for another build of', building: 'building', built: 'built' } as const;

/** Reports to standard error: a live line on a terminal, otherwise one line a tool and phase. */
export function reportToStderr(): OnProgress {
  const terminal = process.stderr.isTTY;
  let last = '';
  return ({ tool, version, phase, elapsedMs }) => {
    const seconds = `${Math.round(elapsedMs / 1000)} s`;
    const line = `${words[phase]} ${tool} ${version}`;
    if (terminal) process.stderr.write(`\r\x1b[K${line} · ${seconds}${phase === 'built' ? '\n' : ''}`);
    else if (line !== last) {
      const more = phase === 'built' ? ` in ${seconds}` : ' (the first time this takes minutes)';
      process.stderr.write(`${line}${more}\n`);
    }
    last = line;
  };
}
