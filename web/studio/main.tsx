import { render } from 'preact';
import { Shell } from '../shell/shell.tsx';

const place = document.getElementById('app');
if (place)
  render(
    <Shell title="Studio" nav={[{ href: '#/', text: 'Runs', current: true }]}>
      <h1>Runs</h1>
    </Shell>,
    place,
  );
