/**
 * A search on many workers, as a discrete-event simulation: pure functions on plain data. Times are seconds.
 *
 *     coordinator ──ask──▶ Redis ──▶ worker ──▶ Redis ──▶ coordinator ──tell──▶ …
 *
 * As in the search loop, P batches of B rules are in flight; batch k is told when all of it is answered and batch k−1 is told, and
 * then batch k+P is asked. The coordinator and Redis each do one thing at a time, in the order of arrival; workers are alike, and
 * take rules in the order in which they were asked.
 */

/** Does one thing at a time, in the order of arrival. */
export function server() {
  let free = 0;
  return {
    /** Seconds of work so far, with what still waits. */
    busy: 0,
    /** When work that arrives at `now` is done; calls come in the order of `now`. */
    serve(now, seconds) {
      free = Math.max(free, now) + seconds;
      this.busy += seconds;
      return free;
    },
  };
}

/** Things to do at their times, the earliest first, and in the order of adding where times are equal: a binary heap. */
export function agenda() {
  const heap = [];
  let added = 0;
  const before = (a, b) => a.time < b.time || (a.time === b.time && a.order < b.order);
  const swap = (i, j) => {
    [heap[i], heap[j]] = [heap[j], heap[i]];
  };
  return {
    at(time, act) {
      heap.push({ time, order: added++, act });
      for (let i = heap.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!before(heap[i], heap[parent])) break;
        swap(i, parent);
        i = parent;
      }
    },
    /** The next thing, taken out; nothing where there is none. */
    next() {
      if (heap.length === 0) return undefined;
      swap(0, heap.length - 1);
      const first = heap.pop();
      for (let i = 0; ; ) {
        const left = 2 * i + 1;
        if (left >= heap.length) break;
        const child = left + 1 < heap.length && before(heap[left + 1], heap[left]) ? left + 1 : left;
        if (!before(heap[child], heap[i])) break;
        swap(i, child);
        i = child;
      }
      return first;
    },
  };
}

/** Draws as often as measured values came, and between them: the inverse of their distribution, linear in between. */
export function sampler(values, uniform) {
  const sorted = [...values].sort((a, b) => a - b);
  return () => {
    const place = uniform() * (sorted.length - 1);
    const low = Math.floor(place);
    return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
  };
}

/**
 * @typedef {object} Costs Seconds.
 * @property {number} ask of the coordinator, a batch
 * @property {number} tell of the coordinator, a batch
 * @property {number} coordinator of the coordinator, an evaluation: to send it, to take and to store its answer
 * @property {number} redis of Redis, an evaluation
 * @property {number} handover of a worker, between two evaluations
 * @property {number} coordinatorUpkeep of the coordinator, a second and worker, whatever is evaluated
 * @property {number} redisUpkeep of Redis, likewise
 */

/** What costs nothing, to be overwritten in part. */
export const FREE = {
  ask: 0,
  tell: 0,
  coordinator: 0,
  redis: 0,
  handover: 0,
  coordinatorUpkeep: 0,
  redisUpkeep: 0,
};

/**
 * Runs `batches` batches and looks at the steady state: between the tell of the first tenth (of P batches at least) and the last
 * ask.
 *
 * @param {{workers: number, batch: number, pipeline: number, batches: number, seconds: () => number, costs: Costs}} setting
 *   `seconds` draws how long an evaluation takes.
 * @returns {{perHour: number, efficiency: number, coordinator: number, redis: number, limit: string}} rules told an hour; the
 *   shares of time in which workers evaluate, the coordinator works, and Redis does; and {@link limitOf}
 */
export function simulate({ workers, batch, pipeline, batches, seconds, costs }) {
  const upkeep = { coordinator: workers * costs.coordinatorUpkeep, redis: workers * costs.redisUpkeep };
  if (upkeep.redis >= 1 || upkeep.coordinator >= 1) return overwhelmed(upkeep);
  // What is busy with upkeep for a share u of the time does the rest 1 / (1 − u) times as slowly.
  const coordinatorSlowness = 1 / (1 - upkeep.coordinator);
  const redisSlowness = 1 / (1 - upkeep.redis);
  const coordinator = server();
  const redis = server();
  const { at, next } = agenda();
  const left = new Map();
  const waiting = queue();
  let [asked, told, telling] = [0, 0, false];
  let [idle, evaluating, evaluated, now] = [workers, 0, 0, 0];
  const look = () => ({ now, told, evaluated, coordinator: coordinator.busy, redis: redis.busy });
  const first = Math.min(Math.max(pipeline, Math.ceil(batches / 10)), batches - pipeline - 1);
  let [from, to] = [look(), look()];

  const work = (cost) => coordinator.serve(now, cost * coordinatorSlowness);
  const send = () => redis.serve(now, (costs.redis / 2) * redisSlowness);

  const ask = () => {
    const number = asked++;
    left.set(number, batch);
    at(work(costs.ask), () => {
      for (let i = 0; i < batch; i++) at(send(), () => take(number));
    });
  };
  const take = (number) => {
    waiting.add(number);
    start();
  };
  const start = () => {
    while (idle > 0 && waiting.size() > 0) {
      const number = waiting.take();
      idle--;
      evaluating++;
      at(now + seconds(), () => finish(number));
    }
  };
  const finish = (number) => {
    evaluating--;
    at(send(), () => at(work(costs.coordinator), () => answer(number)));
    at(now + costs.handover, () => {
      idle++;
      start();
    });
  };
  const answer = (number) => {
    left.set(number, left.get(number) - 1);
    tell();
  };
  const tell = () => {
    if (telling || left.get(told) !== 0) return;
    telling = true;
    at(work(costs.tell), () => {
      left.delete(told++);
      telling = false;
      if (told === first) from = look();
      if (asked < batches) {
        to = look();
        ask();
      }
      tell();
    });
  };

  while (asked < pipeline) ask();
  for (let event = next(); event !== undefined; event = next()) {
    evaluated += evaluating * (event.time - now);
    now = event.time;
    event.act();
  }
  const passed = to.now - from.now;
  const shares = {
    efficiency: (to.evaluated - from.evaluated) / (workers * passed),
    coordinator:
      upkeep.coordinator + ((to.coordinator - from.coordinator) / passed) * (1 - upkeep.coordinator),
    redis: upkeep.redis + ((to.redis - from.redis) / passed) * (1 - upkeep.redis),
  };
  return { perHour: (3600 * batch * (to.told - from.told)) / passed, ...shares, limit: limitOf(shares) };
}

function overwhelmed(upkeep) {
  const shares = {
    efficiency: 0,
    coordinator: Math.min(upkeep.coordinator, 1),
    redis: Math.min(upkeep.redis, 1),
  };
  return { perHour: 0, ...shares, limit: limitOf(shares) };
}

/** From this share of the time on, something is the limit. */
const BUSY = 0.9;

/** What keeps a search from being faster: `workers` where more of them help; `pipeline` where they wait for rules to be asked. */
export function limitOf({ efficiency, coordinator, redis }) {
  if (efficiency >= BUSY) return 'workers';
  if (Math.max(coordinator, redis) < BUSY) return 'pipeline';
  return redis > coordinator ? 'Redis' : 'coordinator';
}

/** First in, first out, without moving what stays. */
function queue() {
  let items = [];
  let head = 0;
  return {
    size: () => items.length - head,
    add: (item) => items.push(item),
    take() {
      const item = items[head++];
      if (head > 10_000) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
  };
}
