/** Reads a whole file: types, variables, functions and clauses, in the order of the text. */
import { expandGuards } from './guards.ts';
import { parseTokens, type Node } from './parser.ts';
import { preprocess, type Surroundings } from './preprocess.ts';
import { readExpression } from './read-expression.ts';
import { readBody, readDeclarations } from './read-statement.ts';
import {
  declare,
  declaredNames,
  inScope,
  part,
  partsOf,
  readBaseType,
  readDeclarator,
  readType,
  startReading,
  type Reading,
} from './read-types.ts';
import { rewriteKeywords } from './rewrite-keywords.ts';
import { attempt, declaring, fail, type Mistakes, type SourceFile } from './source.ts';
import type { Clause, Declaration, FunctionDefinition, Unit } from './syntax.ts';
import { constantsOf, type GivenOptions } from './options.ts';
import type { Token } from './tokens.ts';

/** Larger files are refused. */
const mostCharacters = 1_000_000;

/** The file with these values of its options; reports every mistake. */
export function readUnit(
  file: SourceFile,
  around: Surroundings,
  given: GivenOptions,
  mistakes: Mistakes,
): Unit {
  if (file.text.length > mostCharacters) {
    mistakes.report({ file, offset: 0, length: 1 }, `the file has more than ${mostCharacters} characters`);
    return {
      functions: new Map(),
      variables: [],
      structs: [],
      enumerators: new Map(),
      typedefs: new Map(),
      clauses: [],
    };
  }
  return unitOf(tokensFor(file, around, mistakes), file, given, mistakes);
}

/** The tokens for the parser. */
const tokensFor = (file: SourceFile, around: Surroundings, mistakes: Mistakes): readonly Token[] =>
  rewriteKeywords(expandGuards(preprocess(file, around, mistakes), mistakes), mistakes);

/** The functions of a file that may stand at these offsets without the type that they return. */
export function readFunctions(
  file: SourceFile,
  untyped: ReadonlySet<number>,
  mistakes: Mistakes,
): readonly FunctionDefinition[] {
  const around = { header: () => null, flags: new Map<string, boolean>() };
  const tokens = tokensFor(file, around, mistakes).flatMap((token) =>
    untyped.has(token.place.offset) ? [{ ...token, text: 'void' }, token] : [token],
  );
  return [...unitOf(tokens, file, new Map(), mistakes).functions.values()];
}

function unitOf(tokens: readonly Token[], file: SourceFile, given: GivenOptions, mistakes: Mistakes): Unit {
  const { root, placeOf } = parseTokens(tokens, file, mistakes);
  const unit = new UnitReader(
    startReading(mistakes, placeOf, { expression: readExpression, statements: readBody }),
    given,
  );
  unit.read(root);
  return unit.result;
}

class UnitReader {
  readonly #reading: Reading;
  readonly #given: GivenOptions;
  readonly #functions = new Map<string, FunctionDefinition>();
  readonly #variables = new Map<string, Declaration>();
  readonly #clauses: Clause[] = [];

  constructor(reading: Reading, given: GivenOptions) {
    this.#reading = reading;
    this.#given = given;
  }

  get result(): Unit {
    const { structs, constants, typedefs } = this.#reading;
    return {
      functions: this.#functions,
      variables: [...this.#variables.values()],
      structs: [...structs.values()],
      enumerators: constants,
      typedefs,
      clauses: this.#clauses,
    };
  }

  read(root: Node): void {
    for (const node of partsOf(root))
      attempt(() =>
        declaring(
          () => declaredNames(node),
          () => this.#item(node),
        ),
      );
  }

  #item(node: Node): void {
    const { mistakes, placeOf, typedefs } = this.#reading;
    switch (node.type) {
      case 'declaration':
        for (const declaration of readDeclarations(this.#reading, node)) this.#declare(declaration);
        return;
      case 'function_definition':
        return this.#define(node);
      case 'type_definition': {
        const base = readBaseType(this.#reading, node);
        for (const child of node.childrenForFieldName('declarator')) {
          const { name, type } = readDeclarator(this.#reading, child, base);
          typedefs.set(name, type);
        }
        return;
      }
      case 'struct_specifier':
      case 'union_specifier':
      case 'enum_specifier':
        readType(this.#reading, node);
        return;
      case 'expression_statement':
        return this.#clause(node);
      case 'ERROR':
        return;
      default:
        fail(
          mistakes,
          placeOf(node),
          `racewalk does not read this ${node.type.replaceAll('_', ' ')} outside of a function`,
        );
    }
  }

  #declare(declaration: Declaration): void {
    if (declaration.type.kind === 'function') return;
    const known = this.#variables.get(declaration.name);
    if (known?.initial !== undefined && known.initial !== null && declaration.initial !== null)
      this.#reading.mistakes.report(declaration.place, `'${declaration.name}' is defined twice`);
    // A declaration without initialiser after a definition changes nothing.
    if (known === undefined || declaration.initial !== null)
      this.#variables.set(declaration.name, declaration);
  }

  #define(node: Node): void {
    const { mistakes, placeOf } = this.#reading;
    const base = readBaseType(this.#reading, node);
    const { name, place, type } = readDeclarator(
      this.#reading,
      part(this.#reading, node, 'declarator'),
      base,
    );
    if (type.kind !== 'function') return fail(mistakes, place, `'${name}' is no function`);
    if (this.#functions.has(name)) return fail(mistakes, place, `'${name}' is defined twice`);
    declare(this.#reading, name, type);
    const body = inScope(this.#reading, () => {
      for (const parameter of type.parameters) declare(this.#reading, parameter.name, parameter.type);
      return readBody(this.#reading, part(this.#reading, node, 'body'));
    });
    this.#functions.set(name, { place: placeOf(node), name, type, body });
  }

  #clause(node: Node): void {
    const { mistakes, placeOf, constants, enums } = this.#reading;
    const inner = partsOf(node)[0];
    if (inner === undefined) return;
    const call = readExpression(this.#reading, inner);
    if (call.kind !== 'call')
      return fail(mistakes, placeOf(node), 'a statement must be inside of a function');
    const clause: Clause = { place: call.place, name: call.name, arguments: call.arguments };
    this.#clauses.push(clause);
    for (const [name, constant] of constantsOf(clause, this.#given, enums, mistakes))
      constants.set(name, constant);
  }
}
