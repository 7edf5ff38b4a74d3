import * as z from 'zod';
import { parseOptions } from '../options.ts';
import { restoreStream, type Stream, stream } from '../random/index.ts';
import { positions, type Space } from '../rules/index.ts';
import { AskedBatches } from './asked.ts';
import { parseAppended, parseCheckpoint, restoring } from './checkpoint.ts';
import { Tree } from './decision-tree.ts';
import { KnownKeys } from './known-keys.ts';
import { rewardMetrics } from './metrics.ts';
import type {
  Metrics,
  Proposal,
  ScoredProposal,
  Strategy,
  StrategyCheckpoint,
  StrategyDefinition,
} from './strategy.ts';
import {
  type Candidate,
  type CandidateMaker,
  candidateMaker,
  preferNew,
  streamSchema,
  stringLike,
  type Tokens,
  tokensSchema,
} from './strings.ts';
import { TokenMeans } from './token-means.ts';
import { warmStartStrings } from './warm-start.ts';

/** Defaults chosen by `nos bench strategies --tune`; docs/strategies.md has figures. */
const schemas = {
  /** Weight of exploration beside a value in [0, 1]: c of c·√(ln N / n). */
  exploration: z.number().min(0).default(0.1),
  /** A node of n visits has at most ⌈(n + 1)^widening⌉ children; at 1, every token is tried before any a second time. */
  widening: z.number().min(0).max(1).default(0.5),
  /** Temperature of random completions, in units of the rewards' range: low ones prefer tokens that did well, high ones are uniform. */
  rolloutTemperature: z.number().positive().default(0.03),
};

/**
 * Random completions of a path before it is left, as all that comes of it is known; each is drawn at twice the temperature
 * of the one before, the last ones uniformly.
 */
const TRIES = 16;

/** Paths that may be left for one proposal, before a rule is proposed a second time. */
const PATHS = 16;

/** A string that was asked, and how many of its tokens were nodes of the tree then. */
interface Path {
  readonly tokens: Tokens;
  readonly depth: number;
}

/** What the tree is a function of, together with what is pending: lists that only grow, so each checkpoint appends to them. */
const grownSchema = (space: Space) => {
  const token = z.int().min(0);
  const depth = z.int().min(1).max(positions(space).length);
  return z.object({
    /** Keys of every rule proposed. */
    known: z.array(z.string()).default([]),
    /** Prefixes that were left. */
    left: z.array(z.array(token)).default([]),
    /** What was told, in order. */
    told: z
      .array(
        z.strictObject({
          tokens: z.array(token).length(positions(space).length),
          depth,
          reward: z.number(),
        }),
      )
      .default([]),
  });
};

const checkpointSchema = (space: Space) => {
  const tokens = tokensSchema(space);
  const depth = z.int().min(1).max(positions(space).length);
  return z.strictObject({
    random: streamSchema,
    /** Warm-start strings not yet proposed. */
    first: z.array(tokens),
    pending: z.array(z.array(z.strictObject({ tokens, depth }))),
    // Checkpoints of earlier versions hold the whole lists themselves.
    ...grownSchema(space).shape,
  });
};

type Settings = { readonly [Name in keyof typeof schemas]: number };
type Told = Path & { readonly reward: number };
type Grown = z.output<ReturnType<typeof grownSchema>>;
type State = Omit<z.output<ReturnType<typeof checkpointSchema>>, keyof Grown>;

/**
 * Monte-Carlo tree search by upper confidence bounds (UCT: Kocsis & Szepesvári 2006, "Bandit based Monte-Carlo Planning")
 * over the decision tree of NOS §3.1, one token a level. Below the tree, strings are completed at random, with a liking for
 * tokens that did well ({@link TokenMeans}).
 */
export const tree: StrategyDefinition = {
  name: 'tree',
  description: 'Monte-Carlo tree search (UCT) over the tokens of a rule, one per level',
  create: async (context, past) => {
    const { space, seed } = context;
    const settings = parseOptions("strategy 'tree'", schemas, context.options);
    if (past === undefined) {
      const random = stream(seed, 'tree search').state();
      const state = { random, first: [...warmStartStrings(context)], pending: [] };
      return new TreeSearch(space, settings, state, [], { known: [], left: [], told: [] });
    }
    const { known, left, told, ...state } = parseCheckpoint('tree', checkpointSchema(space), past.state);
    const stored = parseAppended('tree', grownSchema(space), past);
    return restoring('tree', () => new TreeSearch(space, settings, state, stored, { known, left, told }));
  },
};

class TreeSearch implements Strategy {
  readonly name = 'tree';
  readonly #space: Space;
  readonly #candidateOf: CandidateMaker;
  readonly #tree: Tree;
  readonly #means: TokenMeans;
  readonly #random: Stream;
  readonly #first: Tokens[];
  readonly #known: KnownKeys;
  readonly #pending: AskedBatches<Path>;
  /** What no checkpoint has appended yet. */
  #left: Tokens[];
  #told: Told[];

  /** @param fresh What no checkpoint has appended yet; `stored`: what they have, in order. */
  constructor(space: Space, settings: Settings, state: State, stored: readonly Grown[], fresh: Grown) {
    this.#space = space;
    this.#candidateOf = candidateMaker(space);
    this.#tree = new Tree(space, settings);
    this.#means = new TokenMeans(settings.rolloutTemperature);
    this.#random = restoreStream(state.random);
    this.#first = state.first;
    this.#known = new KnownKeys(
      stored.flatMap(({ known }) => known),
      fresh.known,
    );
    this.#left = fresh.left;
    this.#told = fresh.told;
    this.#pending = new AskedBatches('tree', state.pending);
    const told = [...stored, fresh].flatMap((one) => one.told);
    // Nodes come from asks alone, and values from tells alone: so all asks first, then the rest, give the same tree.
    for (const { tokens, depth } of [...told, ...state.pending.flat()]) this.#tree.ask(tokens, depth);
    for (const prefix of [...stored, fresh].flatMap(({ left }) => left)) this.#tree.leave(prefix);
    for (const path of told) this.#learn(path);
  }

  async ask(count: number): Promise<readonly Proposal[]> {
    const paths = Array.from({ length: count }, () => this.#propose());
    this.#pending.push(paths.map(({ tokens, depth }) => ({ tokens, depth })));
    return paths.map(({ rule, tokens, identity }) => ({ rule, tokens, identity }));
  }

  async tell(batch: readonly ScoredProposal[]): Promise<Metrics> {
    for (const path of this.#pending.take(batch)) {
      this.#learn(path);
      this.#told.push(path);
    }
    return { ...rewardMetrics(batch), treeSize: this.#tree.size, treeDepth: this.#tree.depth };
  }

  async checkpoint(): Promise<StrategyCheckpoint> {
    const state = {
      random: this.#random.state(),
      first: this.#first,
      pending: this.#pending.batches.map((batch) => [...batch]),
    };
    const appended = { known: this.#known.takeFresh(), left: this.#left, told: this.#told };
    this.#left = [];
    this.#told = [];
    return { state: JSON.stringify(state), appended: JSON.stringify(appended) };
  }

  async close(): Promise<void> {}

  #learn({ tokens, depth, reward }: Told): void {
    this.#tree.tell(tokens, depth, reward);
    this.#means.tell(tokens, reward);
  }

  #propose(): Candidate & Path {
    const next = this.#next();
    this.#known.add(next.identity.key);
    this.#tree.ask(next.tokens, next.depth);
    return next;
  }

  /** A warm-start string, all of it in the tree; else the best path, one node more, and a random completion. */
  #next(): Candidate & Path {
    const first = this.#first.shift();
    if (first) return { ...this.#candidateOf(first), depth: first.length };
    let next = this.#completed();
    for (let i = 1; i < PATHS && this.#known.has(next.identity.key) && !this.#tree.exhausted; i++) {
      this.#tree.leave(next.prefix);
      this.#left.push(next.prefix);
      next = this.#completed();
    }
    return next;
  }

  #completed(): Candidate & Path & { readonly prefix: Tokens } {
    const { prefix, fresh } = this.#tree.select();
    let heat = 0.5;
    const draw = (choices: Tokens, place: number): number =>
      this.#means.draw(choices, place, this.#random, heat);
    const complete = (): Candidate => {
      heat *= 2;
      const grown = fresh.length === 0 ? prefix : [...prefix, draw(fresh, prefix.length)];
      return this.#candidateOf(stringLike(this.#space, grown, draw));
    };
    const depth = fresh.length === 0 ? prefix.length : prefix.length + 1;
    return { ...preferNew(this.#known, TRIES, complete), depth, prefix };
  }
}
