import * as ort from 'onnxruntime-web/wasm';
import type { Child } from '../../src/tasks/index.ts';
import { openDigitsChild, type ReadFile } from './network.ts';
import type { Order, Report, TrainingEvent } from './protocol.ts';
import { sweepRules, trainRules } from './train.ts';

// Typed by hand: the library of types of a worker cannot stand beside that of a page.
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Order>) => void;
  postMessage(report: Report): void;
};

let underWay: AbortController | undefined;
/** Ends when the order before has ended: a child trains for one at a time. */
let before: Promise<void> = Promise.resolve();

scope.onmessage = ({ data: order }) => {
  underWay?.abort();
  if (order.kind === 'stop') return;
  const controller = new AbortController();
  underWay = controller;
  before = before.then(() => carryOut(order, controller.signal));
};

type Begin = Extract<Order, { readonly kind: 'begin' }>;

async function carryOut({ id, files, request }: Begin, signal: AbortSignal): Promise<void> {
  const mail = openMail(id);
  try {
    const child = await openChild(files, request.width);
    signal.throwIfAborted();
    const surroundings = { tell: mail.add, signal };
    if (request.kind === 'train') await trainRules(child, request, surroundings);
    else await sweepRules(child, request, surroundings);
    mail.send('done');
  } catch (error) {
    mail.send(signal.aborted ? 'stopped' : { trouble: (error as Error).message });
  }
}

/** How often the page hears of events, in milliseconds: several times between two pictures would be lost on anybody. */
const INTERVAL = 50;

/** Collects events, and sends them together. */
function openMail(id: number) {
  let events: TrainingEvent[] = [];
  let sent = 0;
  const send = (end?: Report['end']): void => {
    scope.postMessage({ id, events, ...(end && { end }) });
    events = [];
    sent = performance.now();
  };
  return {
    send,
    add: (event: TrainingEvent): void => {
      events.push(event);
      if (performance.now() - sent > INTERVAL) send();
    },
  };
}

let engine: Promise<void> | undefined;
const children = new Map<number, Promise<Child>>();

/** The network of a width; the engine is fetched with the first. */
async function openChild(files: string, width: number): Promise<Child> {
  const read = readerOf(files);
  engine ??= startEngine(read);
  await engine;
  const known = children.get(width);
  if (known) return known;
  const runtime = { InferenceSession: ort.InferenceSession, Tensor: ort.Tensor };
  const opening = openDigitsChild(runtime, read, width);
  children.set(width, opening);
  return opening;
}

async function startEngine(read: ReadFile): Promise<void> {
  // One thread: several need headers that a plain server does not send.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = await read('onnxruntime.gz');
}

/** Fetches files; a packed one is unpacked here, unless the server has told the browser to. */
function readerOf(files: string): ReadFile {
  return async (name) => {
    const response = await fetch(new URL(name, files));
    if (!response.ok) throw new Error(`the server has no ${name} (${response.status})`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(unpacked).arrayBuffer());
  };
}
