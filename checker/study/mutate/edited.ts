/** A model with some statements of a thread replaced. */
import type { Model } from '../../language/model.ts';
import { withBlocks, type Block, type Statement } from '../../language/statement.ts';
import { validate } from '../../language/validate.ts';

/** Replacements of statements by line; an empty list removes the statement. */
export type Edits = ReadonlyMap<number, Block>;

/**
 * The model with these edits of one thread; the lines of all other statements stay as they are.
 *
 * Throws  ModelError if the result is invalid, such as a jump to a removed label.
 */
export const edited = (model: Model, thread: string, edits: Edits): Model =>
  validate({
    ...model,
    threads: model.threads.map((other) =>
      other.name === thread ? { ...other, body: neverEmpty(editedBlock(other.body, edits)) } : other,
    ),
  });

const editedBlock = (block: Block, edits: Edits): Block =>
  block.flatMap((statement) => {
    const replacement = edits.get(statement.line);
    if (replacement !== undefined) return replacement;
    const inner = withBlocks(statement, (body) => editedBlock(body, edits));
    return isHollow(inner) ? [] : [inner];
  });

/** A block statement whose body has become empty is removed. */
const isHollow = (statement: Statement) =>
  (statement.kind === 'forever' || statement.kind === 'atomically') &&
  statement.body.every(({ kind }) => kind === 'note');

/** An empty thread ends at once. */
const neverEmpty = (body: Block): Block =>
  body.length > 0 ? body : [{ kind: 'note', line: 0, nth: 0, text: 'left out' }];
