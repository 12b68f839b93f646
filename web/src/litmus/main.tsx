/** Starts the page of litmus tests. */
import '../style/base.css';
import '../style/controls.css';
import '../style/litmus.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { LitmusPage } from './page.tsx';
import { answer, followAddress } from './session.ts';

effect(() => {
  const verdict = answer.value?.verdict;
  const said = verdict === undefined ? '' : `${verdict.name}: ${verdict.observation} · `;
  document.title = `${said}Litmus tests · racewalk`;
});
render(<LitmusPage />, document.getElementById('page')!);
window.addEventListener('hashchange', followAddress);
followAddress();
