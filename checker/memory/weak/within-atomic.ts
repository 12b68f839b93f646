/** The statements of an atomic block with other accesses. */
import type { Block, Statement } from '../../language/statement.ts';
import { withAccesses, withLoads, type Accessing } from '../common/substitute.ts';

/** The statements of an atomic block with their accesses replaced. */
export const withinAtomic = (body: Block, by: Accessing): Block =>
  body.map((statement): Statement => {
    switch (statement.kind) {
      case 'step':
        return {
          ...statement,
          guard: statement.guard === null ? null : withLoads(statement.guard, by.load),
          effects: withAccesses(statement.effects, by),
        };
      case 'branch':
        return {
          ...statement,
          condition: withLoads(statement.condition, by.load),
          then: withinAtomic(statement.then, by),
          otherwise: withinAtomic(statement.otherwise, by),
        };
      case 'choose':
      case 'goto':
      case 'barrier':
      case 'note':
      case 'label':
      case 'loop':
      case 'forever':
      case 'either':
      case 'atomically':
        return statement;
    }
  });
