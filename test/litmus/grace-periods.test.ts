/** Grace periods of RCU and SRCU: what they order in each memory model. The verdicts are those of herd with the law of RCU. */
import { describe, expect, test } from 'vitest';
import { memoryModelNames, type MemoryModelName } from '../../checker/language/memory-name.ts';
import { runLitmus } from '../../checker/litmus/run.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

const parameters = 'int *x, int *y, int *z, struct srcu_struct *s, struct srcu_struct *t';

/** Whether SC, TSO, PSO and arm64 allow the final state. */
function verdictOf(processes: readonly string[], condition: string): string {
  const bodies = processes.map((body, number) => `P${number}(${parameters}) { ${body} }`);
  const source = `C test\n{ }\n${bodies.join('\n')}\nexists (${condition})\n`;
  const letterOf = (memory: MemoryModelName) => (runLitmus(source, memory).positive > 0 ? 'A' : '-');
  return memoryModelNames.map(letterOf).join(' ');
}

describe('what is unpublished may be freed after a grace period', () => {
  const freeing = (wait: string) => `WRITE_ONCE(*x, 1); ${wait} WRITE_ONCE(*y, 1);`;
  const freed = '1:r0=0 /\\ 1:r1=1';
  const [first, second] = ['r0 = READ_ONCE(*x);', 'r1 = READ_ONCE(*y);'];
  const section = `rcu_read_lock(); ${first} ${second} rcu_read_unlock();`;
  test.each<[string, string, string, string]>([
    ['a reader that it waits for', 'synchronize_rcu();', section, '- - - -'],
    ['expedited', 'synchronize_rcu_expedited();', section, '- - - -'],
    ['without a grace period', '', section, 'A A A A'],
    ['without a read section', 'synchronize_rcu();', first + second, 'A A A A'],
    [
      'two read sections',
      'synchronize_rcu();',
      `rcu_read_lock(); ${first} rcu_read_unlock(); rcu_read_lock(); ${second} rcu_read_unlock();`,
      'A A A A',
    ],
    [
      'an inner read section ends before the outer',
      'synchronize_rcu();',
      `rcu_read_lock(); rcu_read_lock(); ${first} rcu_read_unlock(); ${second} rcu_read_unlock();`,
      '- - - -',
    ],
    [
      'SRCU',
      'synchronize_srcu(s);',
      `int i = srcu_read_lock(s); ${first} ${second} srcu_read_unlock(s, i);`,
      '- - - -',
    ],
    [
      'another srcu_struct',
      'synchronize_srcu(t);',
      `int i = srcu_read_lock(s); ${first} ${second} srcu_read_unlock(s, i);`,
      'A A A A',
    ],
    ['SRCU is not RCU', 'synchronize_srcu(s);', section, 'A A A A'],
  ])('%s', (_, wait, reader, verdict) => {
    expect(verdictOf([freeing(wait), reader], freed)).toBe(verdict);
  });
});

describe('order', () => {
  const stores = (wait: string) => `WRITE_ONCE(*x, 1); ${wait} r0 = READ_ONCE(*y);`;
  const other = (wait: string) => `WRITE_ONCE(*y, 1); ${wait} r0 = READ_ONCE(*x);`;
  const sleeping = '0:r0=0 /\\ 1:r0=0';
  test('a grace period is a full barrier', () => {
    expect(verdictOf([stores('synchronize_rcu();'), other('smp_mb();')], sleeping)).toBe('- - - -');
  });
  test('a grace period orders nothing of a process without a read section', () => {
    expect(verdictOf([stores('synchronize_rcu();'), other('')], sleeping)).toBe('- A A A');
  });
  test('a read section is before or behind it as a whole', () => {
    const reader = `rcu_read_lock(); ${other('')} rcu_read_unlock();`;
    expect(verdictOf([stores('synchronize_rcu();'), reader], sleeping)).toBe('- - - -');
  });
  test('a read section orders nothing by itself', () => {
    const reader = `rcu_read_lock(); WRITE_ONCE(*y, 1); rcu_read_unlock(); r0 = READ_ONCE(*x);`;
    expect(verdictOf([stores('smp_mb();'), reader], sleeping)).toBe('- A A A');
    const loads = 'r0 = READ_ONCE(*y); rcu_read_lock(); rcu_read_unlock(); WRITE_ONCE(*x, 1);';
    expect(verdictOf(['r0 = READ_ONCE(*x); WRITE_ONCE(*y, r0);', loads], '0:r0=1 /\\ 1:r0=1')).toBe(
      '- - - A',
    );
  });
  test('one grace period does not order two read sections, two do', () => {
    const reader = (from: string, to: string) =>
      `rcu_read_lock(); r0 = READ_ONCE(*${from}); WRITE_ONCE(*${to}, 1); rcu_read_unlock();`;
    const waiting = (from: string, to: string) =>
      `r0 = READ_ONCE(*${from}); synchronize_rcu(); WRITE_ONCE(*${to}, 1);`;
    const cycle = '0:r0=1 /\\ 1:r0=1 /\\ 2:r0=1';
    const one = [waiting('x', 'y'), reader('y', 'z'), reader('z', 'x')];
    const two = [waiting('x', 'y'), waiting('y', 'z'), reader('z', 'x')];
    expect([verdictOf(one, cycle), verdictOf(two, cycle)]).toEqual(['- - - A', '- - - -']);
  });
  test('a grace period in a branch that is not taken orders nothing, and no run gets stuck', () => {
    const sometimes = 'r1 = READ_ONCE(*z); WRITE_ONCE(*x, 1); if (r1) synchronize_rcu(); r0 = READ_ONCE(*y);';
    const reader = `rcu_read_lock(); ${other('')} rcu_read_unlock(); `;
    const third = 'WRITE_ONCE(*z, 1);';
    expect(verdictOf([sometimes, reader, third], `${sleeping} /\\ 0:r1=0`)).toBe('- A A A');
    expect(verdictOf([sometimes, reader, third], `${sleeping} /\\ 0:r1=1`)).toBe('- - - -');
  });
});

const memories = ['lkmm', 'sc', 'arm64'] as const;

test.each(memories)('%s: a grace period in the section that it waits for has no run', (memory) => {
  const own = 'P0(int *x) { rcu_read_lock(); synchronize_rcu(); rcu_read_unlock(); WRITE_ONCE(*x, 1); }';
  const states = (reader: string) => runLitmus(`C test\n{ }\n${reader}\nexists (x=1)\n`, memory).states;
  expect(states(own)).toEqual([]);
  expect(states(own.replace('synchronize_rcu();', 'if (*x == 1) { synchronize_rcu(); }'))).toEqual([[1]]);
});

test.each(memories)('%s: sections of SRCU that overlap are paired by their cookies', (memory) => {
  const order = (first: string, second: string) =>
    runLitmus(
      `C test\n{ }\nP0(int *x, int *y, struct srcu_struct *s) { int r1; int r2; int i; int j;
        i = srcu_read_lock(s); r1 = READ_ONCE(*y); j = srcu_read_lock(s); srcu_read_unlock(s, ${first});
        r2 = READ_ONCE(*x); srcu_read_unlock(s, ${second}); }
      P1(int *x, int *y, struct srcu_struct *s) { WRITE_ONCE(*y, 1); synchronize_srcu(s); WRITE_ONCE(*x, 1); }
      exists (0:r1=0 /\\ 0:r2=1)\n`,
      memory,
    ).positive;
  expect([order('i', 'j'), order('j', 'i')]).toEqual([1, 0]);
});

describe('an error has its line', () => {
  const reader = 'P1(int *x) { rcu_read_lock(); rcu_read_unlock(); }';
  const message = (body: string, other = reader) => {
    const source = `C test\n{ }\nP0(int *x) {\n${body}\n}\n${other}\nexists (x=1)\n`;
    try {
      return String(runLitmus(source, 'sc').ok);
    } catch (error) {
      return (error as Error).message;
    }
  };
  test.each<[string, string]>([
    ['synchronize_rcu();\nrcu_read_unlock();', "line 5: 'rcu_read_unlock()' ends no read section"],
    ['synchronize_rcu();\nrcu_read_lock();', "line 5: the read section of 'rcu_read_lock()' never ends"],
    [
      'synchronize_rcu();\nif (1) {\nrcu_read_lock(); rcu_read_unlock(); }',
      "line 6: 'rcu_read_lock()' inside 'if', where a grace period waits, is not supported",
    ],
    [
      'int *p = x;\nsynchronize_srcu(p);',
      "line 5: 'synchronize_srcu' takes the srcu_struct by its name; any other is not supported",
    ],
  ])('%#', (body, expected) => {
    expect(message(body)).toBe(expected);
  });
});
