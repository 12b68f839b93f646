/** In code from C, a choice is made where its value is first used: what comes before does not depend on it. */
import { walk } from '../language/expression.ts';
import type { IsMarked } from './constant-memory.ts';
import { exprsOf, withParts } from './code-walk.ts';
import { successorsOf, type Flow, type Instruction } from './control-flow.ts';

type Choice = Instruction & { readonly kind: 'choose' };

/**
 * The flow with late choices.
 *
 * Sound for:  everything but the time of a choice and the value of a local that is not used again.
 * Assumes:    no property reads the chosen local; those that one reads, `watched`, are chosen where the text says so.
 */
export function withLateChoices(flow: Flow, watched: ReadonlySet<string>, isMarked: IsMarked): Flow {
  return flow.instructions.reduce<Flow>(
    (changed, instruction, at) =>
      instruction.kind === 'choose' &&
      instruction.atomic === null &&
      isMarked(instruction.statement!) &&
      !watched.has(instruction.target.name)
        ? withLateChoice(changed, at, instruction)
        : changed,
    flow,
  );
}

function withLateChoice(flow: Flow, from: number, choice: Choice): Flow {
  const { instructions, entry } = flow;
  const uses = new Set(
    instructions.flatMap((one, at) =>
      at === from || mentions(one, choice.target.name, instructions) ? [at] : [],
    ),
  );
  const pending = pendingAfter(flow, from, uses);
  const changed = [...instructions];
  const chosenBefore = (next: number): number =>
    pending.has(next) || !canUse(instructions, next, from, uses)
      ? next
      : changed.push({ ...choice, atomic: instructions[next]!.atomic, next }) - 1;
  for (const at of [from, ...pending])
    if (at === from || !uses.has(at)) changed[at] = withSuccessors(instructions[at]!, chosenBefore);
    else {
      const { atomic } = instructions[at]!;
      changed[at] = { ...choice, atomic, next: changed.push(instructions[at]!) - 1 };
    }
  const { statement, atomic } = choice;
  const { next } = changed[from] as Choice;
  changed[from] = { kind: 'pass', statement, atomic, next };
  return { instructions: changed, entry };
}

/** The instructions before which, on every way, the choice has been made and its value has not been used. */
function pendingAfter({ instructions, entry }: Flow, from: number, uses: ReadonlySet<number>) {
  const pending = reachable(successorsOf(instructions[from]!), (at) =>
    uses.has(at) ? [] : successorsOf(instructions[at]!),
  );
  const others = () =>
    instructions.flatMap((one, at) =>
      at === from || (pending.has(at) && !uses.has(at)) ? [] : successorsOf(one),
    );
  for (let early = [entry, from, ...others()]; early.some((at) => pending.has(at)); early = others())
    for (const at of early) pending.delete(at);
  return pending;
}

/** Whether a way from an instruction leads to a use of the value, before it is chosen again. */
const canUse = (
  instructions: readonly Instruction[],
  at: number,
  from: number,
  uses: ReadonlySet<number>,
): boolean =>
  [...reachable([at], (one) => (uses.has(one) ? [] : successorsOf(instructions[one]!)))].some(
    (one) => uses.has(one) && one !== from,
  );

function reachable(from: readonly number[], after: (at: number) => readonly number[]): Set<number> {
  const seen = new Set(from);
  for (const at of seen) for (const next of after(at)) seen.add(next);
  return seen;
}

function withSuccessors(instruction: Instruction, changed: (at: number) => number): Instruction {
  switch (instruction.kind) {
    case 'effects':
    case 'choose':
    case 'pass':
      return { ...instruction, next: changed(instruction.next) };
    case 'branch':
      return {
        ...instruction,
        then: changed(instruction.then),
        otherwise: changed(instruction.otherwise),
      };
    case 'either':
      return { ...instruction, alternatives: instruction.alternatives.map(changed) };
    case 'atomically':
      return { ...instruction, first: changed(instruction.first) };
    case 'end':
      return instruction;
  }
}

/** Whether an instruction reads or writes a local; an atomic block does if one of its instructions does. */
function mentions(instruction: Instruction, local: string, all: readonly Instruction[]): boolean {
  if (instruction.kind === 'atomically')
    return all.some((one) => one.atomic === instruction.statement && mentions(one, local, all));
  return exprsOfInstruction(instruction).some((expr) =>
    [...walk(expr)].some((part) => part.kind === 'local' && part.name === local),
  );
}

function exprsOfInstruction(instruction: Instruction) {
  switch (instruction.kind) {
    case 'effects':
      return [
        ...(instruction.guard === null ? [] : [instruction.guard]),
        ...instruction.effects.flatMap((effect) => [...withParts(effect)].flatMap(exprsOf)),
      ];
    case 'branch':
      return [instruction.condition];
    case 'choose':
      return [instruction.target];
    case 'either':
    case 'atomically':
    case 'pass':
    case 'end':
      return [];
  }
}
