/** Transitions as C: one function for each copy of a thread, its locations the cases of a switch. */
import type { Code, ThreadTable, Transition } from '../../program/transition-system.ts';
import { ordinalOf, sizeOf } from '../../language/domain.ts';
import type { AnyExpr, Reference } from '../../language/expression.ts';
import type { Effect } from '../../language/statement.ts';
import { bitsToC, boundsOf, indexToC, maskOf, slotOf, toC, withBound, type CPlace } from './expression.ts';
import type { Slot } from './layout.ts';

/** The function of a copy: appends the successors of `from` to those at `out`, and returns where they end. */
export function copyToC(name: string, table: ThreadTable, place: CPlace): string {
  const { location } = place.layout.threads[place.thread]![place.replica]!;
  const cases = table.locations.map(
    (transitions, at) =>
      `case ${at}: {\n${transitions.map((each) => transitionToC(each, place)).join('\n')}\n} break;`,
  );
  const at =
    location.bits === 0 ? '0' : `from->w[${location.word}] >> ${location.shift} & ${maskOf(location)}`;
  return `static State *${name}(const State *restrict from, State *restrict out) {
switch (${at}) {
${cases.join('\n')}
}
return out;
}`;
}

function transitionToC({ id, guard, code }: Transition, place: CPlace): string {
  const body = codeToC(code, id, place);
  return way(id, `State t = *from;\n${guard === null ? body : `if (${toC(guard, place)}) {\n${body}\n}`}`);
}

/** One way of firing: an assertion that fails or a mistake ends it, and it counts as fired. */
const way = (id: number, body: string) => `{ __label__ failed, wrong, done;
${body}
goto done;
failed: __attribute__((unused)); fired[${id}]++; failures++; goto done;
wrong: __attribute__((unused)); fired[${id}]++; mistakes++;
done:; }`;

function codeToC(code: Code, id: number, place: CPlace): string {
  switch (code.kind) {
    case 'goto': {
      const { location } = place.layout.threads[place.thread]![place.replica]!;
      return `${storeToC(location, 0, String(code.location))} fired[${id}]++; *out++ = t;`;
    }
    case 'effects':
      return [...code.effects.map((effect) => effectToC(effect, place)), codeToC(code.next, id, place)].join(
        '\n',
      );
    case 'branch':
      return `if (${toC(code.condition, place)}) {\n${codeToC(code.then, id, place)}\n} else {\n${codeToC(code.otherwise, id, place)}\n}`;
    case 'choose': {
      const chosen = storeToC(slotOf(code.target, place), 0, 'choice');
      const each = way(id, `State t = before;\n${chosen}\n${codeToC(code.next, id, place)}`);
      return `{ State before = t;\nfor (int64_t choice = 0; choice < ${sizeOf(code.target.domain)}; choice++)\n${each} }`;
    }
  }
}

function effectToC(effect: Effect, place: CPlace): string {
  switch (effect.kind) {
    case 'set':
      return setToC(effect.target, effect.value, place);
    case 'when':
      return `if (${toC(effect.condition, place)}) {\n${effectsToC(effect.effects, place)}\n}`;
    case 'each': {
      const { low, high, level } = effect.binder;
      const values = Array.from({ length: high - low + 1 }, (_, at) => low + at);
      return values.map((value) => effectsToC(effect.effects, withBound(place, level, value))).join('\n');
    }
    case 'assert':
      return `if (!(${toC(effect.condition, place)})) goto failed;`;
    case 'count':
      return '';
  }
}

const effectsToC = (effects: readonly Effect[], place: CPlace) =>
  effects.map((effect) => effectToC(effect, place)).join('\n');

function setToC(target: Reference, value: AnyExpr, place: CPlace): string {
  const slot = slotOf(target, place);
  const { known, code, check } = indexToC(target, place);
  const index = known === null ? `int64_t i = ${code}; ${check}` : '';
  return `{ ${ordinalToC(slot, value, place)} ${index}${storeToC(slot, known ?? 'i', 'v')} }`;
}

/** The C that puts the ordinal of the value into `v`, checked against the domain. */
function ordinalToC({ domain }: Slot, value: AnyExpr, place: CPlace): string {
  switch (domain.kind) {
    case 'bool':
      return `int64_t v = ${toC(value, place)};`;
    case 'values': {
      if (value.kind === 'constant') return `int64_t v = ${ordinalOf(domain, value.value)};`;
      return `int64_t v = ${toC(value, place, domain.values)}; if (v < 0) goto wrong;`;
    }
    case 'range': {
      const [low, high] = boundsOf(value, place);
      const checks = [
        low < domain.low ? ['v < 0'] : [],
        high > domain.high ? [`v > ${domain.high - domain.low}`] : [],
      ].flat();
      const check = checks.length === 0 ? '' : ` if (${checks.join(' || ')}) goto wrong;`;
      return `int64_t v = ${toC(value, place)} - ${domain.low < 0 ? `(${domain.low})` : domain.low};${check}`;
    }
  }
}

function storeToC(slot: Slot, cell: number | 'i', ordinal: string): string {
  if (slot.bits === 0) return '(void)0;';
  const { word, shift } = bitsToC(slot, cell);
  return `${word} = (${word} & ~(${maskOf(slot)} << ${shift})) | (uint64_t)${ordinal} << ${shift};`;
}

/** The largest number of successors that the copies of a thread have in one state. */
export function mostWays({ thread, locations }: ThreadTable): number {
  const ways = (code: Code): number => {
    switch (code.kind) {
      case 'goto':
        return 1;
      case 'effects':
        return ways(code.next);
      case 'branch':
        return Math.max(ways(code.then), ways(code.otherwise));
      case 'choose':
        return sizeOf(code.target.domain) * ways(code.next);
    }
  };
  const each = locations.map((transitions) => transitions.reduce((sum, { code }) => sum + ways(code), 0));
  return thread.cpus * Math.max(0, ...each);
}
