/**
 * A template for a model: copy this file, then replace every part of it.
 *
 * A producer writes a message and sets a flag; a consumer waits for the flag and reads the message. If the producer sets the flag
 * first, the consumer reads the old message.
 *
 *   CPU 0: publish                           CPU 1: consume
 *   ready := 1
 *                                            ready? yes: read data: old
 *   data := new
 *
 * Kernel:  since v1.0: data-first
 * About:   barriers
 * Exposed: any CPU
 * Source:  none: an example. Name file and function of the kernel here.
 * Fixed:   never broken in a release -> dataFirst. Name the commit that fixed the race here.
 * Omitted: a second message. Name here what the kernel does and the model does not, and why it cannot matter.
 */
import { acquire, always, bool, defineModel, eq, eventually, exists, flag, forAll, ifdef, init, never, reachable, say, set,
  shared, smpWmb, step, thread, values, wait } from 'racewalk';

/** The smallest domain that tells the values apart; `none` is the local before the load. */
const Message = values('none', 'old', 'new');

export const model = defineModel({
  name: 'template',
  summary: 'a consumer reads a message before the producer has written it',
  options: {
    dataFirst: flag('fix', 'the producer writes the message before it sets the flag'),
  },

  build: ({ dataFirst }) => {
    const mem = shared({
      data:  init(Message, 'old', 'msg->data'),
      ready: init(bool, false, 'msg->ready'),
    });

    const producer = thread('publish', {}, () => [
      ifdef(dataFirst,
        step('WRITE_ONCE(msg->data, new)',                set(mem.data, 'new')),
        smpWmb()),
      step('WRITE_ONCE(msg->ready, 1)',                   set(mem.ready, true)),
      ifdef(!dataFirst,
        step('WRITE_ONCE(msg->data, new)',                set(mem.data, 'new'))),
    ]);

    const consumer = thread('consume', { locals: { data: init(Message, 'none') } }, (l) => [
      acquire(wait('smp_cond_load_acquire(&msg->ready, VAL)', mem.ready)),
      step('data = READ_ONCE(msg->data)',                 set(l.data, mem.data)),
    ]);

    return {
      shared: mem,
      threads: [producer, consumer],
      properties: [
        always('the consumer never reads the old message', forAll(consumer, (l) =>
          never(eq(l.data, 'old'), say`the consumer has read the old message`))),
        reachable('the consumer reads the new message', exists(consumer, (l) => eq(l.data, 'new'))),
        eventually(producer), eventually(consumer),
      ],
    };
  },

  scenarios: [
    { name: 'flag-first', options: {}, verdict: 'violated', steps: 3 },
    { name: 'data-first', options: { dataFirst: true }, verdict: 'holds' },
    { name: 'data-first-pso', options: { dataFirst: true }, memory: 'pso', verdict: 'holds',
      why: 'smp_wmb orders the two stores' },
    { name: 'data-first-arm64', options: { dataFirst: true }, memory: 'arm64', verdict: 'holds',
      why: 'smp_wmb orders the two stores, and the acquire orders the two loads' },
  ],

  survivors: [
    { why: 'it belongs to the variant without dataFirst, which is violated with or without the change', mutants: [
      'publish: WRITE_ONCE(msg->data, new) #2: left out' ] },
  ],
});
