/** A verdict as a small sign, distinguished by colour and shape. */
import type { PlainOutcome } from '../check/messages.ts';

type OutcomeVerdict = PlainOutcome['verdict'];

export type Tone = 'good' | 'bad' | 'open';

export function toneOf(verdict: OutcomeVerdict): Tone {
  switch (verdict) {
    case 'holds':
      return 'good';
    case 'violated':
    case 'deadlock':
    case 'livelock':
    case 'error':
      return 'bad';
    case 'unreached':
    case 'inconclusive':
      return 'open';
  }
}

const signs: Readonly<Record<Tone, string>> = { good: '✓', bad: '✕', open: '?' };

export function VerdictDot({ verdict }: { readonly verdict: OutcomeVerdict }) {
  const tone = toneOf(verdict);
  return (
    <span class={`dot ${tone}`} role="img" aria-label={verdict} title={verdict}>
      {signs[tone]}
    </span>
  );
}
