import type { Space } from '../rules/index.ts';
import { choicesAfter, type Tokens } from './strings.ts';

/** A prefix of strings. */
interface Node {
  /** The tokens that may follow. */
  readonly choices: Tokens;
  readonly children: Map<number, Node>;
  /** Strings told that went through here, and the sum of their rewards. */
  visits: number;
  sum: number;
  /** Strings asked and not yet told that went through here. */
  inFlight: number;
  /** Whether nothing new seems to be left below: {@link Tree.leave}. */
  left: boolean;
  /** Whether every string below was asked, or lies below a node that was left. */
  exhausted: boolean;
}

interface TreeSettings {
  readonly exploration: number;
  readonly widening: number;
}

/** Where a descent ended: at a node that is to get one more child, one of `fresh`, or at a whole string (none). */
interface Selection {
  readonly prefix: Tokens;
  readonly fresh: Tokens;
}

/** The part of a space's decision tree that was visited, with the mean reward below every node. */
export class Tree {
  readonly #space: Space;
  readonly #settings: TreeSettings;
  readonly #root: Node;
  /** Lowest and highest reward told so far. */
  #lowest = Number.POSITIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;
  #size = 1;
  #depth = 0;

  constructor(space: Space, settings: TreeSettings) {
    this.#space = space;
    this.#settings = settings;
    this.#root = this.#node([]);
  }

  /** Nodes, the root included. */
  get size(): number {
    return this.#size;
  }

  /** Tokens of the longest prefix in the tree. */
  get depth(): number {
    return this.#depth;
  }

  /** Whether nothing is left that was not asked. */
  get exhausted(): boolean {
    return this.#root.exhausted;
  }

  /** Descends from the root to the most promising child, again and again, as far as the tree goes. */
  select(): Selection {
    const prefix: number[] = [];
    let node = this.#root;
    while (node.choices.length > 0) {
      const fresh = node.choices.filter((token) => !node.children.has(token));
      if (fresh.length > 0 && this.#mayWiden(node)) return { prefix, fresh };
      const [token, child] = this.#mostPromising(node);
      prefix.push(token);
      node = child;
    }
    return { prefix, fresh: [] };
  }

  /** A prefix of the tree is passed over from here on while there are others: its strings denote rules known already. */
  leave(prefix: Tokens): void {
    const path = [this.#root];
    for (const token of prefix) path.push((path.at(-1) as Node).children.get(token) as Node);
    (path.at(-1) as Node).left = true;
    for (const node of path.toReversed()) node.exhausted = isExhausted(node);
  }

  /** A string is asked: its first `depth` tokens become nodes, and count it as in flight. */
  ask(tokens: Tokens, depth: number): void {
    const path = [this.#root];
    for (let i = 0; i < depth; i++) path.push(this.#childOf(path[i] as Node, tokens.slice(0, i + 1)));
    this.#depth = Math.max(this.#depth, depth);
    for (const node of path) node.inFlight++;
    for (const node of path.toReversed()) node.exhausted = isExhausted(node);
  }

  /** Its reward is told: counted where it was in flight. */
  tell(tokens: Tokens, depth: number, reward: number): void {
    this.#lowest = Math.min(this.#lowest, reward);
    this.#highest = Math.max(this.#highest, reward);
    let node = this.#root;
    for (let i = 0; ; i++) {
      node.inFlight--;
      node.visits++;
      node.sum += reward;
      if (i === depth) return;
      node = node.children.get(tokens[i] as number) as Node;
    }
  }

  #node(prefix: Tokens): Node {
    const choices = choicesAfter(this.#space, prefix);
    return { choices, children: new Map(), visits: 0, sum: 0, inFlight: 0, left: false, exhausted: false };
  }

  #childOf(parent: Node, prefix: Tokens): Node {
    const token = prefix.at(-1) as number;
    const known = parent.children.get(token);
    if (known) return known;
    const child = this.#node(prefix);
    parent.children.set(token, child);
    this.#size++;
    return child;
  }

  /** Progressive widening: a node has the more children the more strings went through it. */
  #mayWiden(node: Node): boolean {
    const limit = Math.ceil((node.visits + node.inFlight + 1) ** this.#settings.widening);
    return node.children.size < limit || [...node.children.values()].every((child) => child.exhausted);
  }

  /** Exhausted children only where there are no others: then the best may be asked again. */
  #mostPromising(node: Node): readonly [number, Node] {
    const children = [...node.children].sort(([a], [b]) => a - b);
    const open = children.filter(([, child]) => !child.exhausted);
    const strings = node.visits + node.inFlight;
    const scored = (open.length > 0 ? open : children).map(
      ([token, child]) => [token, child, this.#bound(child, strings)] as const,
    );
    const [token, child] = scored.reduce((best, one) => (one[2] > best[2] ? one : best));
    return [token, child];
  }

  /**
   * The upper confidence bound: mean + exploration · √(ln N / n), of rewards scaled to [0, 1] by the lowest and highest told
   * so far. A string in flight counts as if it had the lowest (virtual loss), so that a batch spreads out.
   */
  #bound({ visits, sum, inFlight }: Node, parentStrings: number): number {
    const strings = visits + inFlight;
    const range = this.#highest - this.#lowest;
    const value = range > 0 ? (sum - visits * this.#lowest) / range / strings : 0;
    return value + this.#settings.exploration * Math.sqrt(Math.log(parentStrings) / strings);
  }
}

function isExhausted({ choices, children, left }: Node): boolean {
  if (left) return true;
  if (children.size < choices.length) return false;
  return [...children.values()].every((child) => child.exhausted);
}
