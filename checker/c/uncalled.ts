/** What is wrong in functions that nothing calls: no verdict depends on it, and no mistake passes in silence. */
import { lowerThread, programOf } from './build-model.ts';
import type { ThreadDefinition } from './lower/program.ts';
import { reachableFunctions } from './pointed-types.ts';
import { Mistakes, mistakesText, type Mistake, type SourceFile } from './syntax/source.ts';
import type { Declaration, FunctionDefinition, Statement, Unit } from './syntax/syntax.ts';

/** The functions of the file that no thread calls. */
export function uncalledIn(
  file: SourceFile,
  unit: Unit,
  threads: readonly ThreadDefinition[],
): readonly FunctionDefinition[] {
  const called = new Set(
    reachableFunctions(
      unit,
      threads.map(({ body }) => body),
    ),
  );
  const isThread = (name: string) => threads.some((thread) => thread.name === name);
  return [...unit.functions.values()].filter(
    (one) => one.place.file === file && !called.has(one) && !isThread(one.name),
  );
}

/** Takes the mistakes out of functions that nothing calls. */
export const takeUncalled = (
  mistakes: Mistakes,
  uncalled: readonly FunctionDefinition[],
): readonly Mistake[] =>
  mistakes.take((mistake) => !mistake.isSyntax && uncalled.some((one) => isWithin(mistake, one)));

const isWithin = ({ place }: Mistake, { place: whole }: FunctionDefinition): boolean =>
  place.file === whole.file && place.offset >= whole.offset && place.offset < whole.offset + whole.length;

/** A note for each of these functions that racewalk cannot read whole; `read`: the mistakes of reading the file. */
export function uncalledNotes(
  file: SourceFile,
  unit: Unit,
  uncalled: readonly FunctionDefinition[],
  read: readonly Mistake[],
): readonly string[] {
  if (uncalled.length === 0) return [];
  const mistakes = new Mistakes();
  for (const mistake of read) mistakes.add(mistake);
  const callers = uncalled.map(callerOf);
  const program = programOf(file, withObjects(unit, uncalled), callers, mistakes);
  for (const caller of callers) lowerThread(program, caller);
  return uncalled.flatMap((one) => {
    const found = mistakes.all.filter((mistake) => isWithin(mistake, one));
    if (found.length === 0) return [];
    const more = found.length === 1 ? '' : `\nand ${found.length - 1} more in ${one.name}()`;
    return [`nothing calls ${one.name}(), which is not checked:\n${mistakesText(found.slice(0, 1))}${more}`];
  });
}

/** The name of a function whose parameters are variables. */
const alone = (name: string) => `(${name})`;

/** A thread that calls a function, whose parameters are variables. */
const callerOf = ({ name, place }: FunctionDefinition): ThreadDefinition => ({
  place,
  name: `call ${name}`,
  cpus: 1,
  mayBlockForever: false,
  on: null,
  body: [
    { kind: 'expression', place, expression: { kind: 'call', place, name: alone(name), arguments: [] } },
  ],
});

/** With functions whose parameters are variables, and an object of each struct for pointers to point to. */
function withObjects(unit: Unit, functions: readonly FunctionDefinition[]): Unit {
  const open = functions.map((one): [string, FunctionDefinition] => {
    const { place, type, body } = one;
    const parameters = type.parameters.map((parameter) =>
      declarationOf(place, parameter.name, parameter.type),
    );
    const declared: Statement = { kind: 'declaration', place, declarations: parameters };
    const name = alone(one.name);
    return [name, { ...one, name, type: { ...type, parameters: [] }, body: [declared, ...body] }];
  });
  const objects = unit.structs.map((type) =>
    declarationOf(functions[0]!.place, `(struct ${type.tag})`, type),
  );
  return {
    ...unit,
    functions: new Map([...unit.functions, ...open]),
    variables: [...unit.variables, ...objects],
  };
}

const declarationOf = (
  place: FunctionDefinition['place'],
  name: string,
  type: Declaration['type'],
): Declaration => ({
  place,
  whole: place,
  name,
  type,
  initial: null,
  isStatic: false,
  isGhost: false,
  isPerCpu: false,
});
