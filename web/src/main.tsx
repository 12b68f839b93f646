/** Starts the page. */
import { render } from 'preact';
import { App } from './page/app.tsx';
import { followAddress } from './state/address.ts';
import { keepChecking } from './state/checks.ts';
import { loadDefinitions } from './state/definitions.ts';
import { keepLookingAround } from './state/neighbours.ts';
import './style/base.css';
import './style/controls.css';
import './style/lanes.css';
import './style/panels.css';

keepChecking();
keepLookingAround();
render(<App />, document.getElementById('page')!);
void loadDefinitions().then(followAddress);
