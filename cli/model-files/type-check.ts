/** Type-checks a user's model file, and finds misused nodes that compile. */
import ts from 'typescript';
import { fileURLToPath } from 'node:url';
import type { LocatedError } from './located-errors.ts';
import { misusedNodes } from './misused-nodes.ts';
import { ownModules, typesOf } from './own-modules.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

const paths = Object.fromEntries(
  Object.entries(ownModules).map(([name, url]): [string, string[]] => [name, [fileURLToPath(typesOf(url))]]),
);

/** The strictness of this project; module resolution of a bundler works in any directory. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  lib: ['lib.es2024.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  paths,
  types: [],
  noEmit: true,
  allowImportingTsExtensions: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  allowJs: true,
  checkJs: true,
  skipLibCheck: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
};

export interface TypeChecked {
  readonly errors: readonly LocatedError[];
  /** The paths of all files that were read, those of libraries included. */
  readonly sources: readonly string[];
}

/** The errors in a file and in the user's files that it imports. */
export function errorsIn(file: string): TypeChecked {
  const forJs = /js$/.test(file) ? { noImplicitAny: false } : {};
  const program = ts.createProgram([file], { ...options, ...forJs });
  const all = program.getSourceFiles();
  const own = all.filter((source) => isOwn(program, source, file));
  const errors = own.flatMap((source) => {
    const syntactic = program.getSyntacticDiagnostics(source);
    if (syntactic.length > 0) return syntactic.map(describe);
    const semantic = program.getSemanticDiagnostics(source).filter(matters);
    return [
      ...semantic.map(describe),
      ...misusedNodes(source, program).map(({ node, why }) => describeAt(source, node.getStart(), why)),
    ];
  });
  return { errors, sources: all.map(({ fileName }) => fileName) };
}

/** Written by the user: neither of this project nor of a library. */
function isOwn(program: ts.Program, source: ts.SourceFile, file: string): boolean {
  if (source.isDeclarationFile || program.isSourceFileFromExternalLibrary(source)) return false;
  return source.fileName === file || !source.fileName.startsWith(project);
}

const unused: readonly number[] = [6133, 6192, 6196];

/**
 * Whether an error is relevant. Unused imports and parameters are not; an unused option, thread or statement is. A
 * missing export of the model gets a clearer message later.
 */
function matters({ code, file, start }: ts.Diagnostic): boolean {
  if (!unused.includes(code) || file === undefined || start === undefined) return true;
  if (/^model\b/.test(file.text.slice(start))) return false;
  return !around(file, start).some((node) => ts.isImportDeclaration(node) || isPlainParameter(node, start));
}

const isPlainParameter = (node: ts.Node, start: number) =>
  ts.isParameter(node) && ts.isIdentifier(node.name) && node.name.end > start;

/** The nodes around a position, from the outermost. */
function around(node: ts.Node, position: number): readonly ts.Node[] {
  const inner = ts.forEachChild(node, (child) =>
    child.pos <= position && position < child.end ? child : undefined,
  );
  return inner === undefined ? [node] : [node, ...around(inner, position)];
}

function describe({ file, start = 0, messageText }: ts.Diagnostic): LocatedError {
  const message = ts.flattenDiagnosticMessageText(messageText, ' ').replaceAll(/\s+/g, ' ');
  return file === undefined ? { place: null, message } : describeAt(file, start, message);
}

function describeAt(source: ts.SourceFile, start: number, message: string): LocatedError {
  const { line, character } = source.getLineAndCharacterOfPosition(start);
  return { place: { file: source.fileName, line: line + 1, column: character + 1 }, message };
}
