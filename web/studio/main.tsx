import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { Shell } from '../shell/shell.tsx';
import { rememberPlace } from '../shell/way-back.ts';
import { useAddress } from './address.ts';
import { ComparePage } from './compare-page.tsx';
import { RulePage } from './rule-page.tsx';
import { RunPage } from './run-page.tsx';
import { RunsPage } from './runs-page.tsx';
import { useChanges } from './server.ts';
import './studio.css';

function Studio() {
  const address = useAddress();
  useEffect(rememberPlace);
  const { version, read, connected } = useChanges();
  const [page, name = '', part, key = ''] = address.path;
  const nav = [
    { href: '#/', text: 'Runs', current: page === undefined },
    { href: '#/compare', text: 'Compare', current: page === 'compare' },
    { href: '../lab/', text: 'Rule lab' },
  ];
  const title = page === 'run' ? name : page === 'compare' ? 'Compare' : 'Runs';
  const live = <span class={connected ? 'live' : 'live lost'}>{liveText(connected, read)}</span>;
  return (
    <Shell title={title} nav={nav} aside={live}>
      {page === 'run' && part === 'rule' ? (
        <RulePage key={key} run={name} ruleKey={key} version={version} />
      ) : page === 'run' ? (
        <RunPage key={name} name={name} address={address} version={version} />
      ) : page === 'compare' ? (
        <ComparePage address={address} version={version} />
      ) : (
        <RunsPage address={address} version={version} />
      )}
    </Shell>
  );
}

const liveText = (connected: boolean, read: number): string => {
  if (!connected) return 'not connected';
  return read < 1 ? `reading the store: ${Math.floor(100 * read)} %` : 'live';
};

const place = document.getElementById('app');
if (place) render(<Studio />, place);
