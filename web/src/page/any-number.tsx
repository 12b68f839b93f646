/** After 'holds': the proof for any number, or why there is none. */
import { anyNumber, stopProving } from '../state/proof.ts';

export function AnyNumberLine() {
  const now = anyNumber.value;
  switch (now.kind) {
    case 'none':
      return null;
    case 'running':
      return (
        <p class="any-number" aria-busy="true">
          <span class="claim">searching for a proof for any number of CPUs …</span>{' '}
          <button type="button" class="plain-button" onClick={stopProving}>
            Leave it
          </button>
        </p>
      );
    case 'done': {
      const { proved, open } = now.proof;
      return (
        <>
          {proved !== null && (
            <p class="any-number">
              <strong>for {proved}</strong>
            </p>
          )}
          {open.map(({ claim, reason }) => (
            <details key={claim} class="any-number">
              <summary>not proved for {claim}</summary>
              <p>{reason}</p>
            </details>
          ))}
        </>
      );
    }
  }
}
