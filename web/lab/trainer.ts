import { useEffect, useMemo, useState } from 'preact/hooks';
import {
  noCurves,
  noSweeps,
  type SweepCurve,
  type TrainingCurve,
  withEvents,
  withSwept,
} from './progress.ts';
import type { Order, Report, SweepRequest, TrainRequest } from './protocol.ts';

/** Where the trainer stands. */
export type TrainerState = 'idle' | 'busy' | 'done' | 'stopped' | { readonly trouble: string };

interface Trained {
  readonly request: TrainRequest;
  readonly curves: readonly TrainingCurve[];
}

interface Swept {
  readonly request: SweepRequest;
  readonly sweeps: readonly SweepCurve[];
}

export interface Trainer {
  readonly state: TrainerState;
  /** The newest training, as far as it has come. */
  readonly trained: Trained | undefined;
  /** The newest sweep, as far as it has come. */
  readonly swept: Swept | undefined;
  readonly begin: (request: TrainRequest | SweepRequest) => void;
  readonly stop: () => void;
}

/** A worker that trains. It begins with the first order, and so does the fetching of the engine. */
export function useTrainer(): Trainer {
  const post = useMemo(openPost, []);
  const [state, setState] = useState<TrainerState>('idle');
  const [trained, setTrained] = useState<Trained>();
  const [swept, setSwept] = useState<Swept>();
  useEffect(() => {
    post.onReport = ({ events, end }) => {
      setTrained((now) => now && { ...now, curves: withEvents(now.curves, events) });
      setSwept((now) => now && { ...now, sweeps: withSwept(now.sweeps, events) });
      if (end !== undefined) setState(end);
    };
  }, [post]);
  return {
    ...{ state, trained, swept },
    begin: (request) => {
      setState('busy');
      if (request.kind === 'train') setTrained({ request, curves: noCurves(request) });
      else setSwept({ request, sweeps: noSweeps(request) });
      post.begin(request);
    },
    stop: () => post.stop(),
  };
}

/** The way to the worker and back. Reports of an order that another has taken the place of are thrown away. */
function openPost() {
  let worker: Worker | undefined;
  let orders = 0;
  const send = (order: Order): void => {
    worker ??= startWorker();
    worker.postMessage(order);
  };
  const startWorker = (): Worker => {
    const started = new Worker(new URL('./train.worker.ts', import.meta.url), { type: 'module' });
    started.onmessage = ({ data }: MessageEvent<Report>) => {
      if (data.id === orders) post.onReport(data);
    };
    return started;
  };
  const post = {
    onReport: (_: Report): void => undefined,
    begin: (request: TrainRequest | SweepRequest): void =>
      send({ kind: 'begin', id: ++orders, files: new URL('engine/', document.baseURI).href, request }),
    stop: (): void => send({ kind: 'stop' }),
  };
  return post;
}
