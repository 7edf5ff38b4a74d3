import { useState } from 'preact/hooks';
import type { LineageDocument, LineageStep } from '../../src/studio/documents.ts';
import { addressOf } from './address.ts';
import { figure } from './format.ts';
import { Trouble } from './parts.tsx';
import { useDocument } from './server.ts';

interface LineageProps {
  readonly run: string;
  readonly ruleKey: string;
  readonly version: number;
}

/** The ancestors of a rule of evolution, each with what was changed of its parent's string. */
export function Lineage({ run, ruleKey, version }: LineageProps) {
  // Ancestors stay as they are.
  const [asked] = useState(version);
  const path = `runs/${encodeURIComponent(run)}/rules/${encodeURIComponent(ruleKey)}/lineage`;
  const { document: found, error } = useDocument<LineageDocument>(path, asked);
  return (
    <section aria-labelledby="lineage">
      <h2 id="lineage">Lineage</h2>
      {error && <Trouble error={error} />}
      {found && (
        <>
          <p class="small faint">
            From this rule back to one that was drawn at random
            {found.inferred
              ? '. This run did not store all parents: where it did not, it is the rule, of those alive then, whose string differs least.'
              : ', each with what was changed of its parent.'}
          </p>
          <ol class="lineage">
            {found.steps.map((step) => (
              <Ancestor key={step.position} run={run} step={step} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function Ancestor({ run, step }: { readonly run: string; readonly step: LineageStep }) {
  const { position, key, rule, reward, changes } = step;
  return (
    <li>
      <a class="rule" href={addressOf(['run', run, 'rule', key])}>
        {rule}
      </a>{' '}
      <span class="faint small">
        proposal {position}, {figure(reward)}
      </span>
      {changes.length === 0 ? (
        <div class="faint small">drawn, or given to begin with</div>
      ) : (
        <ul>
          {changes.map(({ axis, from, to }) => (
            <li key={axis}>
              {axis}: <del>{from}</del> <ins>{to}</ins>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
