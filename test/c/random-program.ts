/**
 * Random programs in the subset of C that racewalk reads: two or three threads, none with undefined behaviour.
 *
 * Threads share `g0`, `g1`, `array`, `items`, `each`, `pair`, `count` and `bits` by marked accesses alone, so that no program
 * has a data race; each has plain memory of its own. What a thread computes ends in variables of the proof, `out0_a` and the
 * like. The order in which C evaluates operands is open, so an expression has one shared access at most, except behind `&&`,
 * `||` and `?:`.
 */
import fc from 'fast-check';

/** The integer types of variables. */
export const integerTypes = ['bool', 'u8', 's8', 'u16', 's16', 'int', 'u32', 's64', 'u64'] as const;
export type IntegerType = (typeof integerTypes)[number];

/** The types in C's own words, which a cast takes. */
const spelled: Readonly<Record<IntegerType, string>> = {
  bool: 'bool',
  u8: 'unsigned char',
  s8: 'signed char',
  u16: 'unsigned short',
  s16: 'short',
  int: 'int',
  u32: 'unsigned int',
  s64: 'long',
  u64: 'unsigned long',
};

export interface ProgramLimits {
  /** The types that variables may have. */
  readonly types?: readonly IntegerType[];
  readonly threads?: { readonly min: number; readonly max: number };
  /** Statements of a thread, at its outermost level. */
  readonly statements?: number;
}

/** A piece of C that needs names of its own; `fresh` returns a number that no other piece has. */
type Piece = (fresh: () => number) => string;
type Expression = fc.Arbitrary<string>;

const fill = (parts: readonly Piece[], fresh: () => number): string =>
  parts.map((part) => part(fresh)).join('\n');
const constant = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 9 }).map((n) => (n < 0 ? `(${n})` : `${n}`)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '127',
      '128',
      '255',
      '256',
      '65535',
      '0x7fffffff',
      '0x80000000',
      '0xffffffffu',
    ),
  },
);

/** The locals of every function. */
const names = ['a', 'b', 'c', 'd'] as const;
const local = fc.constantFrom(...names);

/** Bit-fields, and members of a union. */
const partsOf = (struct: string): readonly string[] =>
  ['lo', 'hi', 'is', 'far', 'word', 'low', 'high', 'other'].map((name) => `${struct}${name}`);

/** Expressions of locals alone, without effects. Shifts are by less than 8 and divisors are positive. */
function localExpression(types: readonly IntegerType[]): Expression {
  const { node } = fc.letrec<{ node: string; leaf: string }>((tie) => ({
    leaf: fc.oneof(
      { weight: 6, arbitrary: local },
      { weight: 3, arbitrary: constant },
      { weight: 1, arbitrary: fc.constant('spare') },
      { weight: 1, arbitrary: fc.constantFrom(...partsOf('mine.')) },
    ),
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      tie('leaf'),
      fc
        .tuple(
          tie('node'),
          fc.constantFrom('+', '-', '*', '&', '|', '^', '<', '<=', '>', '>=', '==', '!=', '&&', '||'),
          tie('node'),
        )
        .map((parts) => `(${parts.join(' ')})`),
      fc
        .tuple(tie('node'), fc.constantFrom('<<', '>>'), tie('node'))
        .map(([x, op, by]) => `(${x} ${op} (${by} & 7))`),
      fc
        .tuple(tie('node'), fc.constantFrom('/', '%'), fc.integer({ min: 1, max: 7 }))
        .map((parts) => `(${parts.join(' ')})`),
      fc.tuple(fc.constantFrom('-', '~', '!'), tie('node')).map(([op, x]) => `(${op} ${x})`),
      fc.tuple(fc.constantFrom(...types), tie('node')).map(([type, x]) => `((${spelled[type]}) ${x})`),
      fc.tuple(fc.constantFrom(...types), tie('node')).map(([type, x]) => `(${type})(${x})`),
      fc.tuple(tie('node'), tie('node'), tie('node')).map(([x, y, z]) => `(${x} ? ${y} : ${z})`),
    ),
  }));
  return node;
}

/** Kernel code numbers most of its bits by constants. */
const constantBit = fc.nat({ max: 3 }).map(String);
const bitNumber = (e: Expression): Expression =>
  fc.oneof({ weight: 3, arbitrary: constantBit }, { weight: 1, arbitrary: e.map((x) => `(${x}) & 3`) });

const bit = (expression: string): string => `(${expression}) & 1`;

/** Per-CPU variables, each of which has one of the own CPU. */
const perCpu = fc.constantFrom('each', 'pair.x', 'pair.y');

/** Places of shared memory. */
const place = (e: Expression): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('g0', 'g0', 'g1', 'p->x', '*s', '**r') },
    e.map((index) => `array[${bit(index)}]`),
    fc.tuple(e, fc.constantFrom('x', 'y')).map(([index, field]) => `items[${bit(index)}].${field}`),
    fc.tuple(perCpu, e).map(([variable, cpu]) => `per_cpu(${variable}, ${bit(cpu)})`),
  );

/** Places of the thread's own memory, accessed plainly. */
const ownPlace = (e: Expression): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom('q->x', 'q->y', 'q[1].x', '(q + 1)->y'),
    e.map((index) => `q[${bit(index)}].x`),
  );

/** Expressions with one shared access. */
const sharedRead = (e: Expression): Expression =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom('READ_ONCE(', 'smp_load_acquire(&'), place(e))
      .map(([read, x]) => `${read}${x})`),
    fc.tuple(place(e), e).map(([x, value]) => `xchg(&${x}, ${value})`),
    perCpu.map((x) => `this_cpu_read(${x})`),
    fc
      .tuple(fc.constantFrom('this_cpu_', '__this_cpu_'), fc.constantFrom('add_return', 'xchg'), perCpu, e)
      .map(([which, op, x, value]) => `${which}${op}(${x}, ${value})`),
    fc.tuple(perCpu, e, e).map(([x, old, next]) => `this_cpu_cmpxchg(${x}, ${old}, ${next})`),
    fc.tuple(place(e), e, e).map(([x, old, next]) => `cmpxchg(&${x}, ${old}, ${next})`),
    fc.constantFrom(
      'atomic_read(&count)',
      'atomic_inc_return(&count)',
      'atomic_dec_and_test(&count)',
      'atomic_inc_not_zero(&count)',
    ),
    fc
      .tuple(
        fc.constantFrom('add', 'sub', 'or', 'and', 'xor'),
        fc.constantFrom('', '_relaxed', '_acquire', '_release'),
        e,
      )
      .map(([op, order, value]) => `atomic_fetch_${op}${order}(${value}, &count)`),
    e.map((value) => `atomic_add_return(${value}, &count)`),
    fc.tuple(e, e).map(([by, not]) => `atomic_add_unless(&count, ${by}, ${not})`),
    fc
      .tuple(fc.constantFrom('test_bit', 'test_and_set_bit', 'test_and_clear_bit'), bitNumber(e))
      .map(([op, nr]) => `${op}(${nr}, &bits)`),
  );

/** Statements with one shared access and no result. */
const sharedWrite = (e: Expression): fc.Arbitrary<Piece> =>
  fc
    .oneof(
      fc.tuple(place(e), e).map(([x, value]) => `WRITE_ONCE(${x}, ${value});`),
      fc.tuple(place(e), e).map(([x, value]) => `smp_store_release(&${x}, ${value});`),
      fc
        .tuple(fc.constantFrom('set', 'add', 'sub', 'or', 'and', 'xor'), e)
        .map(([op, value]) =>
          op === 'set' ? `atomic_set(&count, ${value});` : `atomic_${op}(${value}, &count);`,
        ),
      fc.constantFrom('atomic_inc(&count);', 'atomic_dec(&count);'),
      fc
        .tuple(fc.constantFrom('add', 'sub', 'and', 'or', 'write'), perCpu, e)
        .map(([op, x, value]) => `this_cpu_${op}(${x}, ${value});`),
      fc
        .tuple(fc.constantFrom('set', 'clear', 'change'), bitNumber(e))
        .map(([op, nr]) => `${op}_bit(${nr}, &bits);`),
    )
    .map((text) => () => text);

const compound = fc.constantFrom('=', '+=', '-=', '*=', '&=', '|=', '^=');

/** An expression that reads shared memory once, or once behind each `&&`, `||` or `?:`. */
const mixed = (e: Expression): Expression => {
  const read = sharedRead(e);
  return fc.oneof(
    read,
    fc
      .tuple(e, fc.constantFrom('+', '-', '&', '|', '^', '<', '==', '!=', '>'), read)
      .map((parts) => `(${parts.join(' ')})`),
    fc.tuple(read, fc.constantFrom('&&', '||'), fc.oneof(e, read)).map((parts) => `(${parts.join(' ')})`),
    fc.tuple(e, read, fc.oneof(e, read)).map(([x, y, z]) => `(${x} ? ${y} : ${z})`),
  );
};

/** Bit-fields and members of unions that are the thread's own. */
const part = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...partsOf('mine.')) },
  { weight: 1, arbitrary: fc.constantFrom(...partsOf('parts->')) },
);

/** Statements of locals and of the thread's own memory. */
const localStatement = (e: Expression): fc.Arbitrary<Piece> =>
  fc
    .oneof(
      fc.tuple(local, compound, e).map(([x, op, value]) => `${x} ${op} ${value};`),
      fc.tuple(local, fc.constantFrom('<<=', '>>='), e).map(([x, op, by]) => `${x} ${op} (${by} & 7);`),
      fc.tuple(local, fc.constantFrom('++', '--')).map(([x, op]) => `${x}${op};`),
      fc
        .tuple(
          fc.uniqueArray(local, { minLength: 2, maxLength: 2 }),
          fc.constantFrom('++', '--'),
          fc.boolean(),
        )
        .map(([[x, y], op, first]) => (first ? `${x} = ${op}${y};` : `${x} = ${y}${op};`)),
      fc.tuple(ownPlace(e), compound, e).map(([x, op, value]) => `${x} ${op} ${value};`),
      fc.tuple(ownPlace(e), fc.constantFrom('++', '--')).map(([x, op]) => `${x}${op};`),
      fc.tuple(local, ownPlace(e)).map(([x, own]) => `${x} = ${own};`),
      fc
        .tuple(e, fc.boolean())
        .map(([index, sum]) => (sum ? `p = items + (${bit(index)});` : `p = &items[${bit(index)}];`)),
      e.map((index) => `s = &array[${bit(index)}];`),
      e.map((index) => `r = &slots[${bit(index)}];`),
      fc.tuple(local, fc.constantFrom('++', '--')).map(([x, op]) => `${x} = seen${op};`),
      fc.tuple(local, compound, e).map(([x, op, value]) => `${x} = (seen ${op} ${value});`),
      local.map((x) => `while (seen-- > 4)\n${x}++;\nseen &= 7;`),
      fc.constantFrom('s = *r;', '*r = s;', 's = r[0];'),
      e.map((value) => `spare = ${value};`),
      fc.tuple(part, compound, e).map(([x, op, value]) => `${x} ${op} ${value};`),
      fc.tuple(part, fc.constantFrom('++', '--')).map(([x, op]) => `${x}${op};`),
      fc.tuple(local, part, compound, e).map(([x, y, op, value]) => `${x} = (${y} ${op} ${value});`),
      fc.tuple(local, part).map(([x, y]) => `${x} = ${y}++;`),
      fc.constantFrom('mine = *parts;', '*parts = mine;'),
      fc.tuple(e, e).map(([x, y]) => `mine = (struct parts){ .hi = ${x}, .high = ${y}, .far = 1 };`),
      fc.tuple(local, e, e).map(([x, y, z]) => `${x} = (struct item){ ${y}, .y = ${z} }.y;`),
      fc.tuple(local, fc.constantFrom('likely', 'unlikely'), e).map(([x, is, y]) => `${x} = ${is}(${y});`),
      e.map((value) => `kept = (kept + ${value}) & 7;\nspare = kept;`),
      fc.uniqueArray(local, { minLength: 2, maxLength: 2 }).map(([x, y]) => `swap(${x}, ${y});`),
      fc
        .tuple(local, fc.constantFrom('min', 'max'), local, local)
        .map(([x, which, y, z]) => `${x} = ${which}(${y}, ${z});`),
    )
    .map((text) => () => text);

/** Variables that have the type of an expression, which is no bit-field. */
const typed = (e: Expression): fc.Arbitrary<Piece> =>
  fc
    .tuple(
      fc.oneof(
        local,
        ownPlace(e),
        e.map((x) => `${x} + 0`),
      ),
      e,
      local,
      fc.boolean(),
    )
    .map(([like, value, x, isAuto]) => (fresh) => {
      const name = `typed${fresh()}`;
      const declared = isAuto ? `__auto_type ${name} = ${like};` : `typeof(${like}) ${name};`;
      return `{\n${declared}\n${name} = ${value};\n${x} = ({ typeof(${name}) other${name} = ${name}; other${name}; });\n}`;
    });

/** A call of one of the first `helpers` helper functions, which may change `spare` through its pointer. */
const call = (e: Expression, helpers: number): fc.Arbitrary<Piece> =>
  fc.tuple(local, fc.constantFrom('=', '+='), fc.nat({ max: helpers - 1 }), e, e).map(
    ([x, op, helper, first, second]) =>
      () =>
        `${x} ${op} f${helper}(${first}, ${second}, &spare, p, q, parts, s, r, slots);`,
  );

/** A call of one of the operations of all programs, chosen by a value. */
const callThroughPointer = (e: Expression): fc.Arbitrary<Piece> =>
  fc.tuple(e, local, e, fc.boolean()).map(
    ([which, x, value, isTable]) =>
      () =>
        isTable
          ? `${x} = operations[${bit(which)}].apply(${value});`
          : `{\nint (*apply)(int) = ${bit(which)} ? flip : twice;\n${x} = apply(${value});\n}`,
  );

/** A variable without an initialiser, written before it is read, and a struct of which one member is. */
const writtenLate = (e: Expression): fc.Arbitrary<Piece> =>
  fc.tuple(local, e, e, e).map(([x, condition, first, second]) => (fresh) => {
    const n = fresh();
    return `{\nint late${n};\nstruct item part${n};\nif (${condition})\nlate${n} = ${first};\nelse\nlate${n} = ${second};\npart${n}.y = late${n};\n${x} = part${n}.y;\n}`;
  });

/** Plain accesses to shared memory under a lock, and several accesses in one step. */
const exclusive = (e: Expression): fc.Arbitrary<Piece> =>
  fc.oneof(
    fc.tuple(compound, e, local).map(
      ([op, value, x]) =>
        () =>
          `spin_lock(&lock);\nguarded ${op} ${value};\n${x} = guarded;\nspin_unlock(&lock);`,
    ),
    fc
      .tuple(compound, e, local, e, fc.nat({ max: 4 }))
      .map(([op, value, x, leaves, how]): Piece => (fresh) => {
        // Every way out of what a guard guards.
        const n = fresh();
        const inside = `guarded ${op} ${value};\n${x} = guarded;`;
        const ways = [
          `{\nguard(spinlock)(&lock);\n${inside}\n}`,
          `for (int i${n} = 0; i${n} < 2; i${n}++) {\nguard(spinlock)(&lock);\nif (${leaves})\nbreak;\n${inside}\n}`,
          `for (int i${n} = 0; i${n} < 2; i${n}++) {\nguard(spinlock)(&lock);\nif (${leaves})\ncontinue;\n${inside}\n}`,
          `{\nguard(spinlock)(&lock);\nif (${leaves})\ngoto out${n};\n${inside}\n}\nout${n}:\n;`,
          `scoped_guard(spinlock, &lock) {\nif (${leaves})\nbreak;\n${inside}\n}`,
        ];
        return ways[how]!;
      }),
    fc.tuple(place(e), place(e), e).map(
      ([x, y, value]) =>
        () =>
          `ATOMICALLY("a reason") {\nWRITE_ONCE(${x}, READ_ONCE(${y}));\nWRITE_ONCE(${y}, ${value});\n}`,
    ),
  );

/** Loops run at most three times; a `goto` jumps forward, or back at most twice. */
function control(e: Expression, body: fc.Arbitrary<Piece>): fc.Arbitrary<Piece> {
  const few = e.map((bound) => `((${bound}) & 3)`);
  const leave = fc.oneof(
    fc.constant(''),
    fc
      .tuple(fc.constantFrom('break', 'continue'), e)
      .map(([word, condition]) => `if (${condition}) ${word};\n`),
  );
  return fc.oneof(
    fc.tuple(mixed(e), body, body).map(
      ([condition, yes, no]): Piece =>
        (fresh) =>
          `if (${condition}) {\n${yes(fresh)}\n} else {\n${no(fresh)}\n}`,
    ),
    fc.tuple(e, body).map(
      ([condition, yes]): Piece =>
        (fresh) =>
          `if (${condition}) {\n${yes(fresh)}\n}`,
    ),
    fc.tuple(few, leave, body).map(([bound, exit, inner]): Piece => (fresh) => {
      const i = `i${fresh()}`;
      return `for (int ${i} = 0; ${i} < ${bound}; ${i}++) {\n${exit}${inner(fresh)}\n}`;
    }),
    fc.tuple(few, leave, body).map(([bound, exit, inner]): Piece => (fresh) => {
      const i = `i${fresh()}`;
      return `{\nint ${i} = ${bound};\nwhile (${i}-- > 0) {\n${exit}${inner(fresh)}\n}\n}`;
    }),
    fc.tuple(few, leave, body).map(([bound, exit, inner]): Piece => (fresh) => {
      const i = `i${fresh()}`;
      return `{\nint ${i} = ${bound};\ndo {\n${exit}${inner(fresh)}\n} while (--${i} > 0);\n}`;
    }),
    fc.tuple(e, body, body, fc.boolean()).map(
      ([value, first, second, falls]): Piece =>
        (fresh) =>
          `switch ((${value}) & 3) {\ncase 0:\n${first(fresh)}\n${falls ? 'fallthrough;' : 'break;'}\n${falls ? 'case 1:\ncase 2:' : 'case 1 ... 2:'}\n${second(fresh)}\nbreak;\ndefault:\nbreak;\n}`,
    ),
    fc.tuple(e, body).map(([condition, skipped]): Piece => (fresh) => {
      const label = `skip${fresh()}`;
      return `if (${condition})\ngoto ${label};\n${skipped(fresh)}\n${label}:\n;`;
    }),
    fc.tuple(few, body).map(([bound, again]): Piece => (fresh) => {
      const n = fresh();
      return `{\nint i${n} = ${bound};\nagain${n}:\n${again(fresh)}\nif (--i${n} > 0)\ngoto again${n};\n}`;
    }),
  );
}

/** Lists of statements; `shared` says whether they access shared memory. */
function block(e: Expression, helpers: number, shared: boolean, length: number): fc.Arbitrary<Piece> {
  const simple = (): fc.Arbitrary<Piece> =>
    fc.oneof(
      { weight: 3, arbitrary: localStatement(e) },
      { weight: 1, arbitrary: typed(e) },
      ...(shared
        ? [
            { weight: 4, arbitrary: sharedWrite(e) },
            { weight: 1, arbitrary: exclusive(e) },
            {
              weight: 4,
              arbitrary: fc.tuple(local, compound, mixed(e)).map(
                ([x, op, value]): Piece =>
                  () =>
                    `${x} ${op} ${value};`,
              ),
            },
          ]
        : []),
      ...(helpers > 0 ? [{ weight: 1, arbitrary: call(e, helpers) }] : []),
      { weight: 1, arbitrary: callThroughPointer(e) },
      { weight: 1, arbitrary: writtenLate(e) },
    );
  const list = (of: fc.Arbitrary<Piece>, min: number, max: number): fc.Arbitrary<Piece> =>
    fc.array(of, { minLength: min, maxLength: max }).map(
      (parts): Piece =>
        (fresh) =>
          fill(parts, fresh),
    );
  const inner = list(simple(), 1, 2);
  const nested = list(
    fc.oneof({ weight: 2, arbitrary: simple() }, { weight: 1, arbitrary: control(e, inner) }),
    1,
    2,
  );
  return list(
    fc.oneof({ weight: 3, arbitrary: simple() }, { weight: 1, arbitrary: control(e, nested) }),
    shared ? Math.min(3, length) : 1,
    length,
  );
}

const indent = (text: string): string => {
  let depth = 0;
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('}')) depth -= 1;
      const shown = line === '' ? '' : '\t'.repeat(Math.max(0, depth)) + line;
      if (line.endsWith('{')) depth += 1;
      return shown;
    })
    .join('\n');
};

/** A struct with bit-fields and a union, of random types and widths. */
const parts = fc
  .tuple(
    fc.tuple(...[1, 2, 3].map(() => fc.constantFrom('unsigned int', 'int', 'u8', 's16'))),
    fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 8 }))),
    fc.constantFrom(': 0', ': 3'),
    fc.constantFrom(['u32', 'int'], ['int', 'u32'], ['u16', 's16'], ['u8', 's8']),
    fc.integer({ min: 1, max: 6 }),
  )
  .map(
    ([[a, b, c], [i, j, k], gap, [word, other], low]) => `struct parts {
${a} lo : ${i};
${b} hi : ${j};
bool is : 1;
unsigned int ${gap};
${c} far : ${k};
union {
${word} word;
struct {
u8 low : ${low};
s8 high : ${8 - low};
};
${other} other;
};
};`,
  );

/** The variables that all programs have, of random types. */
const shared = (type: fc.Arbitrary<IntegerType>): fc.Arbitrary<string> =>
  fc.tuple(type, type, type, type, type, type, fc.integer({ min: 0, max: 3 }), parts).map(
    ([g0, g1, element, x, y, guarded, count, struct]) => `struct item {
${x} x;
${y} y;
};
${struct}
struct operations {
int (*apply)(int n);
};

static int flip(int n)
{
return n ^ 1;
}

static int twice(int n)
{
return n + n;
}

static const struct operations operations[2] = { { .apply = flip }, { twice } };
${g0} g0 = 1;
${g1} g1;
${element} array[2] = { 1, 0 };
struct item items[2] = { { .x = 1 }, { .y = 1 } };
DEFINE_PER_CPU(${element}, each) = 2;
static DEFINE_PER_CPU(struct item, pair) = { .y = 1 };
${guarded} guarded;
DEFINE_SPINLOCK(lock);
atomic_t count = ATOMIC_INIT(${count});
unsigned long bits = 5;
`,
  );

const fourTypes = (type: fc.Arbitrary<IntegerType>) => fc.tuple(type, type, type, type);

/** A thread, and the variables that show what it computes. */
function thread(
  type: fc.Arbitrary<IntegerType>,
  body: fc.Arbitrary<Piece>,
): fc.Arbitrary<(at: number, fresh: () => number) => string> {
  return fc.tuple(fourTypes(type), body).map(
    ([types, statements]) =>
      (at, fresh) => `
struct item own${at}[2] = { { .x = 1 } };
struct parts parts${at} = { .lo = 1, .word = ${at + 5} };
GHOST int seen${at} = 6;
typeof(array[0]) *slots${at}[2] = { &array[1], array };
${names.map((name, i) => `GHOST ${types[i]} out${at}_${name};`).join('\n')}

THREAD(t${at})
{
struct item *p = &items[${at % 2}];
struct item *q = own${at};
struct parts *parts = &parts${at};
typeof(array[0]) *s = &array[${at % 2}];
typeof(s) *slots = slots${at};
typeof(s) *r = &slots[1];
struct parts mine = { .hi = 1, .high = 1, .low = ${at} };
static int kept = ${at};
int spare = ${at};
${names.map((name, i) => `${types[i]} ${name} = ${(at + i) % 4};`).join('\n')}

${statements(fresh).replaceAll('seen', `seen${at}`)}
${names.map((name) => `out${at}_${name} = ${name};`).join('\n')}
}
`,
  );
}

/** A function that a thread and the functions after it may call. */
const helper = (type: fc.Arbitrary<IntegerType>, body: fc.Arbitrary<Piece>, e: Expression) =>
  fc.tuple(fourTypes(type), type, body, e, e, fc.boolean()).map(
    ([[a, b, c, d], result, statements, returned, early, leaves]) =>
      (at: number, fresh: () => number) => `
static ${result} f${at}(${a} a, ${b} b, int *out, struct item *p, struct item *q, struct parts *parts,
typeof(array[0]) *s, typeof(&array[0]) *r, typeof(&array[0]) *slots)
{
${c} c = ${at};
${d} d = 2;
int spare = *out;
struct parts mine = { 1, .far = ${at} }, own = mine;
int kept = 3;
int seen = 5;

${leaves ? `if (${early})\nreturn b;\n` : ''}${statements(fresh)}
*out += d;
return ${returned};
}
`,
  );

/** Random programs as text. */
export function randomProgram(limits: ProgramLimits = {}): fc.Arbitrary<string> {
  const types = limits.types ?? integerTypes;
  const type = fc.constantFrom(...types);
  const e = localExpression(types);
  const statements = limits.statements ?? 5;
  const { min, max } = limits.threads ?? { min: 2, max: 3 };
  const helpers = fc.tuple(...[0, 1].map((at) => helper(type, block(e, at, at === 0, 2), e)));
  return fc
    .tuple(
      shared(type),
      helpers,
      fc.array(thread(type, block(e, 2, true, statements)), { minLength: min, maxLength: max }),
    )
    .map(([variables, functions, threads]) => {
      let used = 0;
      const fresh = () => used++;
      const parts = [
        ...functions.map((print, at) => print(at, fresh)),
        ...threads.map((print, at) => print(at, fresh)),
      ];
      return indent(`#include <racewalk.h>\n\n${variables}${parts.join('')}`);
    });
}
