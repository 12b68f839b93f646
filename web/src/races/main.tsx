/** Starts the page of races. */
import '../style/base.css';
import '../style/controls.css';
import '../style/races.css';
import { render } from 'preact';
import { RacesPage } from './page.tsx';
import { followAddress } from './session.ts';

followAddress();
render(<RacesPage />, document.getElementById('page')!);
