/** Tasks that sleep by schedule() and are woken by wake_up_process(): <racewalk/sched.h>. */
import { expect, test } from 'vitest';
import { check } from '../../checker/search/check.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { protocol, verdictOf } from './protocol.ts';
import { runNatively } from './native.ts';

const includes = '#include <racewalk.h>\n#include <racewalk/sched.h>\n';

/** A sleeper and who wakes it; `sleep` is a round of the sleeper's loop up to schedule(). */
const text = (sleep: string) => `${includes}int event;
  THREAD(sleeper) {
    for (;;) { ${sleep} schedule(); }
    __set_current_state(TASK_RUNNING);
    CHECK(READ_ONCE(event) == 1, "the sleeper sees the event");
    REACHED("the sleeper goes on");
  }
  THREAD(waker) { WRITE_ONCE(event, 1); wake_up_process(cpu_curr(0)); }`;

const correct = 'set_current_state(TASK_UNINTERRUPTIBLE); if (READ_ONCE(event)) break;';
const unordered = '__set_current_state(TASK_UNINTERRUPTIBLE); if (READ_ONCE(event)) break;';
const late = 'if (READ_ONCE(event)) break; set_current_state(TASK_UNINTERRUPTIBLE);';

test.each([
  ['sc', ['holds', 'holds', 'deadlock']],
  ['tso', ['holds', 'deadlock', 'deadlock']],
  ['arm64', ['holds', 'deadlock', 'deadlock']],
] as const)('a wake-up between the condition and the state is lost, under %s', (memory, verdicts) => {
  const found = [correct, unordered, late].map(
    (sleep) => check(memoryModels[memory](protocol(text(sleep)).build(), defaultSettings)).outcome.verdict,
  );
  expect(found).toEqual(verdicts);
});

test('gcc finds the same', () => {
  const [right, wrong] = runNatively([text(correct), text(late)]);
  expect(right).toMatchObject({ deadlock: false, violated: new Set(), cutShort: false });
  expect(wrong).toMatchObject({ deadlock: true, violated: new Set(), cutShort: false });
});

test('wake_up_process() says whom it wakes, and an interruptible sleeper is none of TASK_UNINTERRUPTIBLE', () => {
  const outcome = verdictOf(`${includes}
    THREAD(sleeper) { set_current_state(TASK_INTERRUPTIBLE); schedule(); CHECK(current == cpu_curr(0), "itself"); }
    THREAD(waker) {
      struct task_struct *p = cpu_curr(0);
      WAIT_UNTIL(p->__state == TASK_INTERRUPTIBLE);
      CHECK(wake_up_state(p, TASK_UNINTERRUPTIBLE) == 0, "another state");
      CHECK(wake_up_process(p) == 1 && wake_up_process(p) == 0, "once");
    }`);
  expect(outcome).toMatchObject({ verdict: 'holds' });
});

test('a wake-up that comes late ends the next sleep', () => {
  const outcome = verdictOf(`${includes}int first, asleep, second;
    THREAD(sleeper) {
      set_current_state(TASK_UNINTERRUPTIBLE);
      if (!READ_ONCE(first)) schedule();
      set_current_state(TASK_UNINTERRUPTIBLE);
      WRITE_ONCE(asleep, 1);
      schedule();
      CHECK(READ_ONCE(second) == 1, "the second event has come");
    }
    THREAD(waker) { WRITE_ONCE(first, 1); wake_up_process(cpu_curr(0)); }
    THREAD(other) { WAIT_UNTIL(READ_ONCE(asleep)); WRITE_ONCE(second, 1); wake_up_process(cpu_curr(0)); }`);
  expect(outcome).toMatchObject({ verdict: 'violated', property: 'the second event has come' });
});

test('an interrupt handler wakes the task that it interrupts', () => {
  const outcome = verdictOf(`${includes}
    THREAD(sleeper) { set_current_state(TASK_UNINTERRUPTIBLE); schedule(); }
    INTERRUPT(irq, sleeper) { wake_up_process(current); }
    REACHABLE("the handler runs on the CPU of the sleeper", per_cpu(__tasks, 0).__state != TASK_RUNNING);`);
  expect(outcome.verdict).toBe('holds');
});
