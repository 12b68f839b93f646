/** Starts the page. */
import './style/base.css';
import './style/controls.css';
import './style/lanes.css';
import './style/panels.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './page/app.tsx';
import { followAddress } from './state/address.ts';
import { keepChecking } from './state/checks.ts';
import { loadDefinitions } from './state/definitions.ts';
import { keepLookingAround } from './state/neighbours.ts';
import { keepProving } from './state/proof.ts';
import { check, definition } from './state/session.ts';

keepChecking();
keepLookingAround();
keepProving();
effect(() => {
  const said = check.value.kind === 'done' ? `: ${check.value.outcome.verdict}` : '';
  document.title = definition.value === null ? 'racewalk' : `${definition.value.name}${said} · racewalk`;
});
render(<App />, document.getElementById('page')!);
void loadDefinitions().then(followAddress);
