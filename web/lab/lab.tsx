import { useMemo, useRef } from 'preact/hooks';
import { Shell } from '../shell/shell.tsx';
import { placeBefore } from '../shell/way-back.ts';
import { useAddress } from './address.ts';
import { Assistant } from './assistant.ts';
import { Description } from './description.tsx';
import { Digits } from './digits.tsx';
import { Exported } from './exported.tsx';
import './lab.css';
import { Plane } from './plane.tsx';
import { Rules } from './rules.tsx';
import type { LabState } from './state.ts';
import { type Fault, type RuleView, viewRule } from './view.ts';

/** The rule lab: rules as they are typed, what they are, what they do on functions and on the digits, and their code. */
export function Lab() {
  const [state, change] = useAddress();
  // One each, so that a path need not wait for the names of a rule.
  const [names, paths] = useMemo(() => [new Assistant(), new Assistant()], []);
  const views = useViews(state.rules.map(({ text }) => text));
  const chosen = views[state.chosen]!;
  const studio = useMemo(placeBefore, []);
  const here = { href: '#', text: 'Rule lab', current: true };
  return (
    <Shell title="Rule lab" nav={studio === undefined ? [here] : [{ href: studio, text: 'Studio' }, here]}>
      <h1>Rule lab</h1>
      <p class="faint">
        Type an update rule, and watch it work. Everything runs in this page; its address, sent to somebody
        else, shows the same.
      </p>
      <Rules state={state} views={views} change={change} />
      {studio !== undefined && (
        <p>
          <a href={comparisonIn(studio, state)}>Compare these rules in the studio</a>, by the seeds that are
          stored.
        </p>
      )}
      <Description view={chosen} assistant={names!} />
      <Plane state={state} views={views} change={change} assistant={paths!} />
      <Digits state={state} views={views} change={change} />
      <Exported state={state} view={chosen} change={change} />
    </Shell>
  );
}

/** The page of the studio that compares the rules of the lab. */
function comparisonIn(studio: string, { rules }: LabState): string {
  const query = new URLSearchParams(rules.map(({ text }) => ['rule', text]));
  return new URL(`#/compare?${query}`, studio).href;
}

/** What there is to say of texts; of those that stay, nothing is worked out again. */
function useViews(texts: readonly string[]): readonly (RuleView | Fault)[] {
  const known = useRef(new Map<string, RuleView | Fault>());
  const views = texts.map((text) => known.current.get(text) ?? viewRule(text));
  known.current = new Map(texts.map((text, i) => [text, views[i]!]));
  return views;
}
