/** Runs litmus tests in a worker, which the page terminates to stop it. */
import { repliesTo, type LitmusQuestion, type Reply } from './answer.ts';

export type FromLitmusWorker = Reply | { readonly kind: 'done' };

const send = (message: FromLitmusWorker) => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<LitmusQuestion>) => {
  for (const reply of repliesTo(data)) send(reply);
  send({ kind: 'done' });
});
