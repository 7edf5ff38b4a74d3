import { render } from 'preact';
import { Lab } from './lab.tsx';

render(<Lab />, document.getElementById('page')!);
