/** Finds nodes of the language used as JavaScript values, which compiles but builds another model. */
import ts from 'typescript';
import { fileURLToPath } from 'node:url';
import { languageTypes } from './own-modules.ts';

export interface Misuse {
  readonly node: ts.Node;
  readonly why: string;
}

/** The kinds of nodes. */
type MisuseKind = 'expression' | 'statement' | 'effect' | 'property' | 'array';

const language = (name: string) => fileURLToPath(languageTypes(name));

/** The TypeScript type of each kind, by file and name. */
const kinds: readonly (readonly [MisuseKind, string, string])[] = [
  ['expression', language('expression'), 'AnyExpr'],
  ['statement', language('statement'), 'Statement'],
  ['effect', language('statement'), 'Effect'],
  ['property', language('property'), 'Property'],
  ['array', language('variable'), 'ArrayVariable'],
];

type KindOf = (node: ts.Node) => MisuseKind | null;

/** All misuses in a file, in the order of the text. */
export function misusedNodes(source: ts.SourceFile, program: ts.Program): readonly Misuse[] {
  const kindOf = kindsOf(program);
  const found: Misuse[] = [];
  const visit = (node: ts.Node): void => {
    found.push(...misusesAt(node, kindOf));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function kindsOf(program: ts.Program): KindOf {
  const checker = program.getTypeChecker();
  const types = kinds.flatMap(([kind, file, name]): [MisuseKind, ts.Type][] => {
    const declaring = program.getSourceFile(file);
    const module = declaring === undefined ? undefined : checker.getSymbolAtLocation(declaring);
    const symbol = module?.exports?.get(ts.escapeLeadingUnderscores(name));
    return symbol === undefined ? [] : [[kind, checker.getDeclaredTypeOfSymbol(symbol)]];
  });
  return (node) => {
    const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
    if ((type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) !== 0) return null;
    return types.find(([, kind]) => checker.isTypeAssignableTo(type, kind))?.[0] ?? null;
  };
}

function misusesAt(node: ts.Node, kindOf: KindOf): readonly Misuse[] {
  if (ts.isIfStatement(node)) return condition(node.expression, 'if', kindOf);
  if (ts.isConditionalExpression(node)) return condition(node.condition, '?:', kindOf);
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) return condition(node.expression, 'while', kindOf);
  if (ts.isForStatement(node) && node.condition !== undefined)
    return condition(node.condition, 'for', kindOf);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
    return condition(node.operand, '!', kindOf);
  if (ts.isSwitchStatement(node)) return condition(node.expression, 'switch', kindOf);
  if (ts.isBinaryExpression(node)) return binary(node, kindOf);
  if (ts.isTemplateExpression(node) && !ts.isTaggedTemplateExpression(node.parent))
    return node.templateSpans.flatMap(({ expression }) => inText(expression, kindOf));
  if (ts.isExpressionStatement(node)) return dropped(node.expression, kindOf);
  return [];
}

/** Suggestions by JavaScript construct. */
const instead: Readonly<Record<string, string>> = {
  '!': 'use not(...)',
  '&&': 'use and(...)',
  '||': 'use or(...)',
  '?:': 'use conditional(...) to choose at run time, ifdef(...) to choose by a boolean option',
};

const inStatement =
  'use branch(...) to decide at run time, when(...) inside a step, ifdef(...) to decide by a boolean option';

function condition(node: ts.Expression, construct: string, kindOf: KindOf): readonly Misuse[] {
  const kind = kindOf(node);
  if (kind === null) return [];
  const why =
    `'${node.getText()}' is ${article(kind)} of the model, an object that is always true in a JavaScript ` +
    `'${construct}': ${instead[construct] ?? inStatement}`;
  return [{ node, why }];
}

function binary(node: ts.BinaryExpression, kindOf: KindOf): readonly Misuse[] {
  const operator = node.operatorToken.getText();
  if (operator === '&&' || operator === '||') return condition(node.left, operator, kindOf);
  if (!['==', '===', '!=', '!=='].includes(operator)) return [];
  const operands = [node.left, node.right];
  if (operands.some(isNothing) || operands.every((operand) => kindOf(operand) === null)) return [];
  const builder = operator.startsWith('=') ? 'eq' : 'ne';
  const why =
    `'${operator}' compares expression objects here, not their values at run time: ` +
    `write ${builder}(${node.left.getText()}, ${node.right.getText()})`;
  return [{ node, why }];
}

const isNothing = (node: ts.Expression) =>
  node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === 'undefined');

function inText(node: ts.Expression, kindOf: KindOf): readonly Misuse[] {
  const kind = kindOf(node);
  if (kind === null) return [];
  const why =
    `'${node.getText()}' is ${article(kind)} of the model and has no value when this text is built: ` +
    'in the description of a violation, say`...` inserts values';
  return [{ node, why }];
}

function dropped(node: ts.Expression, kindOf: KindOf): readonly Misuse[] {
  const kind = isAssignment(node) ? null : kindOf(ts.isVoidExpression(node) ? node.expression : node);
  if (kind === null) return [];
  const why = `this ${kind} is built but not used, so it is not part of the model: put it into a list of the model`;
  return [{ node, why }];
}

const isAssignment = (node: ts.Expression) =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;

const article = (kind: MisuseKind) => (/^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`);
