/**
 * The email's protocol written once more by hand, as a plain successor function without the language, the table or the
 * interpreter: all 48 variants must agree in verdict, number of states and length of the shortest trace.
 */
import { expect, test } from 'vitest';
import { compare } from '../../checker/study/compare/compare.ts';
import { noLimits } from '../../checker/search/check.ts';
import { model } from '../../models/gup-fast-vs-collapse.ts';

type Pmd = 'none' | 'table' | 'huge';

interface Hand {
  pmd: Pmd;
  pte: boolean[];
  count: number[];
  locked: boolean[];
  copied: boolean[];
  irqsOff: boolean;
  ipiPending: boolean;
  gup: { at: string; addr: number; pmd: Pmd; pte: boolean; got: boolean; holds: boolean };
  collapse: { at: string; i: number; saved: boolean[]; result: string };
}

interface Variant {
  readonly flush: string;
  readonly recheckPte: boolean;
  readonly recheckPmd: boolean;
  readonly syncIpi: boolean;
  readonly secondPinCheck: string;
}

const ptes = 2;

function initial(): Hand {
  return {
    pmd: 'table',
    pte: [true, true],
    count: [1, 1],
    locked: [false, false],
    copied: [false, false],
    irqsOff: false,
    ipiPending: false,
    gup: { at: 'irqs off', addr: 0, pmd: 'none', pte: false, got: false, holds: false },
    collapse: { at: 'clear pmd', i: 0, saved: [false, false], result: 'running' },
  };
}

/** One step of gup_fast to the pte `addr`, in place; its program counter names what comes next. */
function gupStep(s: Hand, v: Variant, addr: number): boolean {
  const { gup } = s;
  const recheckPte = v.recheckPte ? 'recheck pte' : 'irqs on';
  switch (gup.at) {
    case 'irqs off':
      s.irqsOff = true;
      gup.at = 'read pmd';
      return true;
    case 'read pmd':
      gup.pmd = s.pmd;
      if (s.pmd === 'table') gup.addr = addr;
      gup.at = s.pmd === 'table' ? 'read pte' : 'out';
      return true;
    case 'read pte':
      gup.pte = s.pte[gup.addr]!;
      gup.at = gup.pte ? 'get' : 'out';
      return true;
    case 'get':
      gup.got = s.count[gup.addr] !== 0;
      if (gup.got) s.count[gup.addr]! += 1;
      gup.at = gup.got ? (v.recheckPmd ? 'recheck pmd' : recheckPte) : 'out';
      return true;
    case 'recheck pmd':
      gup.at = gup.pmd === s.pmd ? recheckPte : 'put';
      return true;
    case 'recheck pte':
      gup.at = gup.pte === s.pte[gup.addr] ? 'irqs on' : 'put';
      return true;
    case 'irqs on':
      s.irqsOff = false;
      gup.at = 'return';
      return true;
    case 'return':
      gup.holds = true;
      gup.at = 'drop';
      return true;
    case 'drop':
      s.count[gup.addr]! -= 1;
      gup.holds = false;
      gup.at = 'end';
      return true;
    case 'put':
      s.count[gup.addr]! -= 1;
      gup.at = 'out';
      return true;
    case 'out':
      s.irqsOff = false;
      gup.at = 'end';
      return true;
    default:
      return false;
  }
}

const afterClear = (v: Variant) => (v.flush === 'ipi' ? 'send flush' : afterFlush(v));
const afterFlush = (v: Variant) => (v.syncIpi ? 'send sync' : 'pin check');

/** One step of collapse_huge_page, in place. */
function collapseStep(s: Hand, v: Variant): boolean {
  const { collapse: c } = s;
  const next = (at: string) => {
    c.at = at;
    return true;
  };
  /** To the next pte, or past the last one, where i stays as it is until a loop begins anew. */
  const loop = (head: string, past: () => boolean) => {
    if (c.i === ptes - 1) return past();
    c.i += 1;
    return next(head);
  };
  const begin = (head: string) => {
    c.i = 0;
    return next(head);
  };
  const stepBack = (at: string) => {
    if (c.i === 0) return next('populate');
    c.i -= 1;
    return next(at);
  };
  const finishPage = () => loop('copy', () => (v.secondPinCheck === 'all-pages' ? begin('check') : next('set pmd')));
  switch (c.at) {
    case 'clear pmd':
      s.pmd = 'none';
      return next(afterClear(v));
    case 'send flush':
    case 'send sync':
      s.ipiPending = true;
      return next(c.at === 'send flush' ? 'await flush' : 'await sync');
    case 'await flush':
    case 'await sync':
      if (s.ipiPending) return false;
      return next(c.at === 'await flush' ? afterFlush(v) : 'pin check');
    case 'pin check':
      return s.count[c.i] === 1 ? next('lock') : stepBack('undo lock');
    case 'lock':
      s.locked[c.i] = true;
      return loop('pin check', () => begin('copy'));
    case 'copy':
      s.copied[c.i] = true;
      return next('unlock');
    case 'unlock':
      s.locked[c.i] = false;
      return next(v.secondPinCheck === 'none' ? 'clear pte' : 'save');
    case 'save':
      c.saved[c.i] = s.pte[c.i]!;
      return next('clear pte');
    case 'clear pte':
      s.pte[c.i] = false;
      if (v.secondPinCheck === 'per-page') return next('check');
      return v.secondPinCheck === 'none' ? next('put') : finishPage();
    case 'check':
      if (s.count[c.i] === 1) return v.secondPinCheck === 'per-page' ? next('put') : loop('check', () => begin('put'));
      if (v.secondPinCheck === 'all-pages') c.i = ptes - 1;
      return next('restore');
    case 'put':
      s.count[c.i]! -= 1;
      return v.secondPinCheck === 'all-pages' ? loop('put', () => next('set pmd')) : finishPage();
    case 'set pmd':
      s.pmd = 'huge';
      c.result = 'succeeded';
      return next('end');
    case 'undo lock':
      s.locked[c.i] = false;
      return stepBack('undo lock');
    case 'restore':
      s.pte[c.i] = c.saved[c.i]!;
      return stepBack('restore');
    case 'populate':
      s.pmd = 'table';
      c.result = 'aborted';
      return next('end');
    default:
      return false;
  }
}

function handlerStep(s: Hand): boolean {
  if (!s.ipiPending || s.irqsOff) return false;
  s.ipiPending = false;
  return true;
}

const isBad = (s: Hand) =>
  (s.gup.holds && s.pmd === 'huge') ||
  [0, 1].some((i) => s.pmd === 'table' && s.pte[i]! && s.count[i] === 0) ||
  (s.pmd === 'huge' && s.copied.includes(false));

const steps = [
  (s: Hand, v: Variant) => gupStep(s, v, 0),
  (s: Hand, v: Variant) => gupStep(s, v, 1),
  collapseStep,
  handlerStep,
];

/** Breadth first to the first level with a bad state; that level is finished. */
function searchByHand(v: Variant): { steps: number | null; states: number } {
  const seen = new Set<string>();
  let level: Hand[] = [];
  const store = (s: Hand, into: Hand[]) => {
    const key = JSON.stringify(s);
    if (seen.has(key)) return;
    seen.add(key);
    into.push(s);
  };
  store(initial(), level);
  for (let depth = 0; level.length > 0; depth++) {
    if (level.some(isBad)) return { steps: depth, states: seen.size };
    const next: Hand[] = [];
    for (const s of level)
      for (const step of steps) {
        const copy = structuredClone(s);
        if (step(copy, v)) store(copy, next);
      }
    level = next;
  }
  return { steps: null, states: seen.size };
}

test('all variants of the email agree with a search written by hand', () => {
  const { rows } = compare(model, { vary: null, given: {} }, noLimits);
  expect(rows).toHaveLength(48);
  const byHand = rows.map(({ options }) => searchByHand(options as unknown as Variant));
  expect(rows.map(({ steps, states }) => ({ steps, states }))).toEqual(byHand);
  expect(rows.map(({ verdict }) => verdict)).toEqual(byHand.map(({ steps }) => (steps === null ? 'holds' : 'violated')));
});
