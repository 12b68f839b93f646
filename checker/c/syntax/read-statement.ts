/** Reads statements and declarations. */
import type { Node } from './parser.ts';
import { readExpression } from './read-expression.ts';
import {
  declare,
  declaredNames,
  inScope,
  part,
  partsOf,
  readBaseType,
  readDeclarator,
  readType,
  typeIn,
  type Reading,
} from './read-types.ts';
import { attempt, declaring, fail, type Place } from './source.ts';
import type { Declaration, Expression, Statement } from './syntax.ts';
import { pointerTo, type Type } from './types.ts';

/** The statements of a block, whose names end with it; reports every mistake in it. */
export const readBlock = (reading: Reading, node: Node): readonly Statement[] =>
  inScope(reading, () => readBody(reading, node));

/** The statements of a block within the scope that is read. */
export const readBody = (reading: Reading, node: Node): readonly Statement[] =>
  partsOf(node).flatMap((child) => attempt(() => readStatements(reading, child)) ?? []);

/** Reads one kind of node; a `case` or a label is a statement of its own before what it marks. */
type Reader = (reading: Reading, node: Node, place: Place) => readonly Statement[];

function readStatements(reading: Reading, node: Node): readonly Statement[] {
  const place = reading.placeOf(node);
  const reader = readers[node.type];
  return reader === undefined
    ? fail(reading.mistakes, place, `racewalk does not read this ${node.type.replaceAll('_', ' ')}`)
    : reader(reading, node, place);
}

/** A statement that must be one. */
function oneOf(reading: Reading, node: Node): Statement {
  const statements = attempt(() => readStatements(reading, node)) ?? [];
  return statements.length === 1
    ? statements[0]!
    : { kind: 'block', place: reading.placeOf(node), body: statements };
}

const body = (reading: Reading, node: Node, field: string): Statement =>
  oneOf(reading, part(reading, node, field));

const needed = (reading: Reading, node: Node, field: string): Expression =>
  readExpression(reading, part(reading, node, field));

function optional(reading: Reading, node: Node, field: string): Expression | null {
  const child = node.childForFieldName(field);
  return child === null ? null : readExpression(reading, child);
}

const readIf: Reader = (reading, node, place) => {
  const otherwise = node.childForFieldName('alternative');
  return [
    {
      kind: 'if',
      place,
      condition: needed(reading, node, 'condition'),
      then: body(reading, node, 'consequence'),
      otherwise: otherwise === null ? null : oneOf(reading, partsOf(otherwise)[0] ?? otherwise),
    },
  ];
};

const readFor: Reader = (reading, node, place) => {
  const first = node.childForFieldName('initializer');
  const isDeclaration = first?.type === 'declaration';
  return [
    {
      kind: 'for',
      place,
      first:
        first === null
          ? null
          : isDeclaration
            ? oneOf(reading, first)
            : {
                kind: 'expression',
                place: reading.placeOf(first),
                expression: readExpression(reading, first),
              },
      condition: optional(reading, node, 'condition'),
      update: optional(reading, node, 'update'),
      body: body(reading, node, 'body'),
    },
  ];
};

/** The statements behind a `case` or a label. */
const marked = (reading: Reading, node: Node, mark: Node | null): readonly Statement[] =>
  partsOf(node)
    .filter(({ id }) => id !== mark?.id)
    .flatMap((child) => attempt(() => readStatements(reading, child)) ?? []);

const readCase: Reader = (reading, node, place) => {
  const value = node.childForFieldName('value');
  const first = value === null ? null : readExpression(reading, value);
  return [{ kind: 'case', place: first?.place ?? place, value: first }, ...marked(reading, node, value)];
};

const readLabel: Reader = (reading, node) => {
  const label = part(reading, node, 'label');
  return [
    { kind: 'label', place: reading.placeOf(label), name: label.text },
    ...marked(reading, node, label),
  ];
};

const readExpressionStatement: Reader = (reading, node, place) => {
  const [inner] = partsOf(node);
  return inner === undefined
    ? []
    : [{ kind: 'expression', place, expression: readExpression(reading, inner) }];
};

const readReturn: Reader = (reading, node, place) => {
  const [inner] = partsOf(node);
  return [{ kind: 'return', place, value: inner === undefined ? null : readExpression(reading, inner) }];
};

/** A struct or enum that stands alone. */
const declareType: Reader = (reading, node) => {
  readType(reading, node);
  return [];
};

const readers: Readonly<Record<string, Reader | undefined>> = {
  compound_statement: (reading, node, place) => [{ kind: 'block', place, body: readBlock(reading, node) }],
  expression_statement: readExpressionStatement,
  declaration: (reading, node, place) => [
    { kind: 'declaration', place, declarations: readDeclarations(reading, node) },
  ],
  if_statement: readIf,
  while_statement: (reading, node, place) => [
    {
      kind: 'while',
      place,
      condition: needed(reading, node, 'condition'),
      body: body(reading, node, 'body'),
    },
  ],
  do_statement: (reading, node, place) => [
    { kind: 'do', place, condition: needed(reading, node, 'condition'), body: body(reading, node, 'body') },
  ],
  for_statement: (reading, node, place) => inScope(reading, () => readFor(reading, node, place)),
  switch_statement: (reading, node, place) => [
    { kind: 'switch', place, value: needed(reading, node, 'condition'), body: body(reading, node, 'body') },
  ],
  case_statement: readCase,
  labeled_statement: readLabel,
  goto_statement: (reading, node, place) => [
    { kind: 'goto', place, name: part(reading, node, 'label').text },
  ],
  return_statement: readReturn,
  break_statement: (_reading, _node, place) => [{ kind: 'break', place }],
  continue_statement: (_reading, _node, place) => [{ kind: 'continue', place }],
  struct_specifier: declareType,
  union_specifier: declareType,
  enum_specifier: declareType,
  // The parser has reported it.
  ERROR: () => [],
};

/** The declarations of `int a, *b = &x;` */
export function readDeclarations(reading: Reading, node: Node): readonly Declaration[] {
  const base = declaring(
    () => declaredNames(node),
    () => readBaseType(reading, node),
  );
  const words = partsOf(node).filter(
    ({ type }) => type === 'storage_class_specifier' || type === 'attribute_specifier',
  );
  const isExtern = words.some(({ text }) => text === 'extern');
  const isGhost = words.some(({ text }) => /\bghost\b/.test(text));
  const isPerCpu = words.some(({ text }) => /\bper_cpu\b/.test(text));
  const isStatic = words.some(({ text }) => text === 'static');
  return node.childrenForFieldName('declarator').flatMap((declarator): readonly Declaration[] => {
    if (isExtern && /\[\s*\]$/.test(declarator.text)) return [];
    const read = (): Declaration => {
      const { name, place, type: declared, initial } = readDeclarator(reading, declarator, base);
      declare(reading, name, declared);
      const value = initial === null ? null : readExpression(reading, initial);
      const type =
        declared.kind !== 'auto' || value === null ? declared : (typeOfInitial(reading, value) ?? declared);
      declare(reading, name, type);
      const whole = reading.placeOf(declarator);
      return { place, whole, name, type, initial: value, isStatic, isGhost, isPerCpu };
    };
    const made = attempt(() => declaring(() => declaredNames(node), read));
    // What is declared `extern` is defined elsewhere in the file.
    return made === null || isExtern ? [] : [made];
  });
}

/** The type that __auto_type gives a variable; null: racewalk knows it when it has the value. */
function typeOfInitial(reading: Reading, value: Expression): Type | null {
  const type = typeIn(reading, value);
  if (type?.kind === 'array') return pointerTo(type.of);
  return type?.kind === 'function' ? pointerTo(type) : type;
}
