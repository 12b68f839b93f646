/** Answers litmus tests beside the page. It hears nothing while it works: the page ends it to stop it. */
import { repliesTo, type LitmusQuestion, type Reply } from './answer.ts';

export type FromLitmusWorker = Reply | { readonly kind: 'done' };

const send = (message: FromLitmusWorker) => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<LitmusQuestion>) => {
  for (const reply of repliesTo(data)) send(reply);
  send({ kind: 'done' });
});
