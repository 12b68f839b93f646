/** Reads expressions. */
import type { BinaryOperator } from '../../language/expression.ts';
import { integerLiteral, stringLiteral } from './literals.ts';
import type { Node } from './parser.ts';
import { checkKernelName, inScope, part, partsOf, readTypeName, typeIn, type Reading } from './read-types.ts';
import { fail, type Place } from './source.ts';
import type { Designator, Expression, ListEntry, UnaryOperator } from './syntax.ts';

/** Reads one kind of node. */
type Reader = (reading: Reading, node: Node, place: Place) => Expression;

export function readExpression(reading: Reading, node: Node): Expression {
  const place = reading.placeOf(node);
  const reader = readers[node.type];
  return reader === undefined
    ? fail(reading.mistakes, place, `racewalk does not read this ${node.type.replaceAll('_', ' ')}`)
    : reader(reading, node, place);
}

const inside = (reading: Reading, node: Node, field: string): Expression =>
  readExpression(reading, part(reading, node, field));

const operatorOf = (reading: Reading, node: Node): string => part(reading, node, 'operator').text;

const readLiteral: Reader = (reading, node, place) => {
  const literal = integerLiteral(node.text);
  return literal === null
    ? fail(reading.mistakes, place, `racewalk does not read the literal ${node.text}`)
    : { kind: 'integer', place, ...literal };
};

const readName: Reader = (reading, { text }, place) => {
  checkKernelName(reading, text, place);
  return { kind: 'name', place, name: text };
};

const readUnary: Reader = (reading, node, place) => ({
  kind: 'unary',
  place,
  operator: operatorOf(reading, node) as UnaryOperator,
  operand: inside(reading, node, 'argument'),
});

/** GNU's `({ ... })` is a value too. */
const readParentheses: Reader = (reading, node, place) => {
  const [inner] = partsOf(node);
  if (inner === undefined) return fail(reading.mistakes, place, 'an expression is missing');
  if (inner.type !== 'compound_statement') return readExpression(reading, inner);
  return inScope(reading, () => {
    const body = reading.readers.statements(reading, inner);
    const last = body.at(-1);
    const type = last?.kind === 'expression' ? typeIn(reading, last.expression) : null;
    return { kind: 'block', place, body, type };
  });
};

const readCall: Reader = (reading, node, place) => {
  const called = part(reading, node, 'function');
  // `(f)(x)` is a call of f.
  const inner = called.type === 'parenthesized_expression' ? (partsOf(called)[0] ?? called) : called;
  const given = partsOf(part(reading, node, 'arguments')).map((one) => readExpression(reading, one));
  // `(u8)(x)` is a cast, which only the name of the type shows.
  const type = inner === called ? undefined : reading.typedefs.get(inner.text);
  if (type !== undefined && given.length === 1) return { kind: 'cast', place, type, operand: given[0]! };
  if (inner.type === 'identifier') {
    if (inner.text === 'per_cpu_ptr') return perCpuPointer(reading, given, place);
    checkKernelName(reading, inner.text, place);
    return { kind: 'call', place, name: inner.text, arguments: given };
  }
  const callee = readExpression(reading, inner);
  // `(*f)(x)` is f(x).
  const isFollowed = callee.kind === 'unary' && callee.operator === '*';
  return { kind: 'invoke', place, callee: isFollowed ? callee.operand : callee, arguments: given };
};

/** `per_cpu_ptr(&x.member, cpu)`: the address within the variable x of that CPU. */
function perCpuPointer(reading: Reading, [pointer, cpu]: readonly Expression[], place: Place): Expression {
  const operand =
    pointer?.kind === 'unary' && pointer.operator === '&' && cpu !== undefined
      ? of(pointer.operand, cpu)
      : null;
  return operand === null
    ? fail(
        reading.mistakes,
        place,
        'racewalk reads pointers to per-CPU variables, &x or &x.member, and no others',
      )
    : { kind: 'unary', place, operator: '&', operand };

  function of(path: Expression, cpu: Expression): Expression | null {
    if (path.kind === 'name') return { kind: 'perCpu', place: path.place, variable: path, cpu };
    const outer =
      path.kind === 'member' && !path.isArrow
        ? of(path.object, cpu)
        : path.kind === 'index'
          ? of(path.array, cpu)
          : null;
    if (outer === null) return null;
    return path.kind === 'member'
      ? { ...path, object: outer }
      : path.kind === 'index'
        ? { ...path, array: outer }
        : null;
  }
}

const readAssignment: Reader = (reading, node, place) => {
  const symbol = operatorOf(reading, node);
  return {
    kind: 'assign',
    place,
    operator: symbol === '=' ? null : (symbol.slice(0, -1) as BinaryOperator),
    target: inside(reading, node, 'left'),
    value: inside(reading, node, 'right'),
  };
};

const readers: Readonly<Record<string, Reader | undefined>> = {
  number_literal: readLiteral,
  char_literal: readLiteral,
  true: readName,
  false: readName,
  identifier: readName,
  null: (_reading, _node, place) => ({ kind: 'null', place }),
  string_literal: (_reading, { text }, place) => ({ kind: 'string', place, value: stringLiteral(text) }),
  concatenated_string: (_reading, node, place) => {
    const parts = partsOf(node).filter(({ type }) => type === 'string_literal');
    return { kind: 'string', place, value: parts.map(({ text }) => stringLiteral(text)).join('') };
  },
  parenthesized_expression: readParentheses,
  comma_expression: (reading, node, place) => ({
    kind: 'comma',
    place,
    left: inside(reading, node, 'left'),
    right: inside(reading, node, 'right'),
  }),
  unary_expression: readUnary,
  pointer_expression: readUnary,
  update_expression: (reading, node, place) => {
    const symbol = operatorOf(reading, node);
    // The grammar reads `!n++` as `(!n)++`.
    const within = (inner: Node): Expression =>
      inner.type === 'unary_expression' || (inner.type === 'pointer_expression' && isPrefixed)
        ? {
            kind: 'unary',
            place,
            operator: operatorOf(reading, inner) as UnaryOperator,
            operand: within(part(reading, inner, 'argument')),
          }
        : {
            kind: 'update',
            place,
            operator: symbol === '++' ? '+' : '-',
            isPrefix: node.child(0)?.text === symbol,
            target: readExpression(reading, inner),
          };
    const argument = part(reading, node, 'argument');
    const isPrefixed = argument.type === 'unary_expression';
    return within(argument);
  },
  binary_expression: (reading, node, place) => ({
    kind: 'binary',
    place,
    operator: operatorOf(reading, node) as BinaryOperator,
    left: inside(reading, node, 'left'),
    right: inside(reading, node, 'right'),
  }),
  assignment_expression: readAssignment,
  conditional_expression: (reading, node, place) => {
    const then = node.childForFieldName('consequence');
    return {
      kind: 'conditional',
      place,
      condition: inside(reading, node, 'condition'),
      then: then === null ? null : readExpression(reading, then),
      otherwise: inside(reading, node, 'alternative'),
    };
  },
  call_expression: readCall,
  field_expression: (reading, node, place) => ({
    kind: 'member',
    place,
    object: inside(reading, node, 'argument'),
    field: part(reading, node, 'field').text,
    isArrow: operatorOf(reading, node) === '->',
  }),
  subscript_expression: (reading, node, place) => ({
    kind: 'index',
    place,
    array: inside(reading, node, 'argument'),
    index: inside(reading, node, 'index'),
  }),
  cast_expression: (reading, node, place) => {
    const type = part(reading, node, 'type');
    const isVolatile = partsOf(type).some(({ text }) => /^(?:volatile|__volatile__)$/.test(text));
    return {
      kind: 'cast',
      place,
      type: readTypeName(reading, type),
      operand: inside(reading, node, 'value'),
      ...(isVolatile ? { isVolatile } : {}),
    };
  },
  sizeof_expression: (reading, node, place) => {
    const type = node.childForFieldName('type');
    if (type !== null) return { kind: 'sizeof', place, type: readTypeName(reading, type), operand: null };
    // `sizeof(pte_t)` is the size of a type, which only its name shows.
    const value = part(reading, node, 'value');
    const named = reading.typedefs.get(value.text.replace(/^\(\s*(\w+)\s*\)$/, '$1'));
    return named === undefined
      ? { kind: 'sizeof', place, type: null, operand: readExpression(reading, value) }
      : { kind: 'sizeof', place, type: named, operand: null };
  },
  type_descriptor: (reading, node, place) => ({ kind: 'type', place, type: readTypeName(reading, node) }),
  initializer_list: (reading, node, place) => ({
    kind: 'list',
    place,
    entries: partsOf(node).map((entry) => readEntry(reading, entry)),
  }),
  compound_literal_expression: (reading, node, place) => {
    const type = readTypeName(reading, part(reading, node, 'type'));
    const list = inside(reading, node, 'value');
    return { kind: 'compound', place, type, entries: list.kind === 'list' ? list.entries : [] };
  },
};

function readEntry(reading: Reading, node: Node): ListEntry {
  const place = reading.placeOf(node);
  if (node.type !== 'initializer_pair')
    return { place, designators: [], value: readExpression(reading, node) };
  const designators = node.childrenForFieldName('designator').map((one): Designator => {
    const parts = partsOf(one);
    if (one.type === 'field_designator') return { kind: 'field', name: parts[0]!.text };
    const [first, last] = [parts[0]!, parts.at(-1)!].map((bound) => readExpression(reading, bound));
    return { kind: 'elements', first: first!, last: last! };
  });
  return { place, designators, value: inside(reading, node, 'value') };
}
