/** Runs litmus tests in a worker, which the page terminates to stop it. */
import { loadGrammar } from '../c/load-grammar.ts';
import { repliesTo, type LitmusQuestion, type Reply } from './answer.ts';

export type FromLitmusWorker = Reply | { readonly kind: 'done' };

const send = (message: FromLitmusWorker) => self.postMessage(message);

async function answer(question: LitmusQuestion): Promise<void> {
  await loadGrammar();
  for (const reply of repliesTo(question)) send(reply);
  send({ kind: 'done' });
}

self.addEventListener('message', ({ data }: MessageEvent<LitmusQuestion>) => void answer(data));
