import type { Likeness } from './view.ts';

/** A rule of the page. */
export interface PlacedRule {
  /** Its place on the page, which decides how it is drawn. */
  readonly index: number;
  /** The page has read it, and the worker reads it again. */
  readonly text: string;
}

/** A rule that a worker is to run. */
export interface RunnableRule extends PlacedRule {
  readonly learningRate: number;
}

/** Asks for the paths of rules on a function of the plane. */
export interface DescendRequest {
  readonly kind: 'descend';
  readonly testFunction: string;
  readonly start: readonly [number, number];
  readonly steps: number;
  readonly seed: number;
  readonly rules: readonly RunnableRule[];
}

/** Where a rule went. */
export interface Path {
  /** x and y of the start and of the point after each step, up to the last finite one. */
  readonly points: Float64Array;
  /** The function's value at each of them, less its least. */
  readonly excess: Float64Array;
  /** Distance from the last point to the nearest minimum. */
  readonly distance: number;
  readonly diverged: boolean;
}

/** Asks which named rules do what a rule does. */
export interface CompareRequest {
  readonly kind: 'compare';
  readonly text: string;
}

export type Request = DescendRequest | CompareRequest;
export type AnswerOf<R extends Request> = R extends DescendRequest ? readonly Path[] : Likeness;

/** What a worker is sent, and what it sends back: the answers come in the order of the questions. */
export interface Question {
  readonly id: number;
  readonly request: Request;
}
export type Answer =
  | { readonly id: number; readonly answer: AnswerOf<Request> }
  /** What went wrong: a bug, as the page has read every rule before. */
  | { readonly id: number; readonly trouble: string };

/** Asks the trainer to train rules side by side. */
export interface TrainRequest {
  readonly kind: 'train';
  /** Units of the hidden layer. */
  readonly width: number;
  readonly epochs: number;
  readonly seed: number;
  readonly rules: readonly RunnableRule[];
}

/** Asks the trainer for one epoch of every rule at every learning rate. */
export interface SweepRequest {
  readonly kind: 'sweep';
  readonly width: number;
  readonly seed: number;
  readonly learningRates: readonly number[];
  readonly rules: readonly PlacedRule[];
}

/** What the trainer is told: where the files of the engine and the networks are, and what to do. A new order ends the one before. */
export type Order =
  | {
      readonly kind: 'begin';
      readonly id: number;
      readonly files: string;
      readonly request: TrainRequest | SweepRequest;
    }
  | { readonly kind: 'stop' };

/** What the trainer tells of rule number `rule` of the request. */
export type TrainingEvent =
  /** Loss of a step, from 1. */
  | { readonly kind: 'loss'; readonly rule: number; readonly step: number; readonly loss: number }
  /** After an epoch, from 1: accuracy on the validation examples, mean loss of its steps. */
  | {
      readonly kind: 'epoch';
      readonly rule: number;
      readonly epoch: number;
      readonly accuracy: number;
      readonly loss: number;
    }
  | { readonly kind: 'diverged'; readonly rule: number; readonly step: number }
  /** Accuracy after the epoch of a sweep; none if it diverged. */
  | {
      readonly kind: 'swept';
      readonly rule: number;
      readonly learningRate: number;
      readonly accuracy?: number;
    };

/** What the trainer sends back, with the number of the order. */
export interface Report {
  readonly id: number;
  /** Everything since the last report, in order. */
  readonly events: readonly TrainingEvent[];
  /** How it ended, in the last report of an order. */
  readonly end?: 'done' | 'stopped' | { readonly trouble: string };
}
