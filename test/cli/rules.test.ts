import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { commandLine } from '../command-line.ts';

const { here, home, ...real } = commandLine();
const { json, nos } = here;

describe('rules and spaces', () => {
  it('nos rule --json holds what the contract says', async () => {
    const document = await real.json(['rule', 'drop(m, 0.3) * exp(1e-3 * w)']);
    expect(document).toEqual({
      text: 'drop(m, 0.3) * exp(1e-3 * w)',
      canonical: expect.stringContaining('drop('),
      key: expect.stringMatching(/^[0-9a-f]+$/),
      latex: expect.stringContaining('\\hat m'),
      slots: 1,
      slotsPerTensor: 0,
      slotsPerRow: 0,
      slotsPerColumn: 0,
      slotsPerNetwork: 0,
      flopsPerWeight: expect.any(Number),
      byKind: [
        {
          kinds: ['matrices', 'vectors', 'embeddings'],
          slots: 1,
          slotsPerTensor: 0,
          slotsPerRow: 0,
          slotsPerColumn: 0,
          slotsPerNetwork: 0,
          flopsPerWeight: expect.any(Number),
        },
      ],
      names: expect.arrayContaining(['optimizer2']),
      remarks: [],
    });
  });

  it('nos rule says what is kept per tensor', async () => {
    const { stdout } = await nos(['rule', 'matrices: acc(g, 0.9); vectors: adam']);
    expect(stdout).toMatch(/memory of matrices and embeddings +1 slot per weight/);
    expect(stdout).toMatch(/memory of vectors +2 slots per weight/);
    expect((await nos(['rule', 'novograd'])).stdout).toContain('1 slot per weight and 1 number per tensor');
  });

  it('remarks on a legal rule that will not train, before it is trained too', async () => {
    expect((await json(['rule', 'g / 0'])).remarks).toHaveLength(1);
    expect((await nos(['rule', '2'])).stdout).toContain('remark      it does not depend on the gradient');
    const { code, stderr } = await nos(['eval', '2', '--task', 'digits-mlp']);
    expect(code).toBe(0);
    expect(stderr).toContain("'2': it does not depend on the gradient");
  });

  it('a rule is one for every command, or for none', async () => {
    const sum = (terms: number): string =>
      Array.from({ length: terms }, (_, k) => `exp(adam*${k + 2})`).join('+');
    const { canonical, key } = await json(['rule', sum(200)]);
    expect((await json(['rule', canonical])).key).toBe(key);
    const training = ['--task', 'digits-mlp', '--protocol', 'quick'];
    for (const args of [
      ['rule'],
      ['eval', ...training],
      ['compare', ...training],
      ['card', ...training],
      ['trajectory'],
    ]) {
      const { code, stderr } = await nos([...args, sum(201)]);
      expect([args[0], code, stderr]).toEqual([
        args[0],
        2,
        expect.stringContaining('more than 1000 nodes at column'),
      ]);
    }
  });

  it('a name and its text are one rule', async () => {
    const [byName, byText] = await Promise.all([
      json(['rule', 'adam']),
      json(['rule', 'm / (sqrt(v) + eps)']),
    ]);
    expect(byName.key).toBe(byText.key);
    expect(byName.names).toContain('adam');
  });

  it('a rule may begin with a minus sign, after --', async () => {
    const { code, stdout } = await nos(['rule', '--', '-g']);
    expect(code).toBe(0);
    expect(stdout).toContain('-g');
  });

  it('prints text without colours where nobody looks', async () => {
    const { stdout } = await nos(['rules']);
    expect(stdout).toContain('powersign');
    expect(stdout.includes('\u001b')).toBe(false);
  });

  it('knows the exact sizes of spaces', async () => {
    const { stdout } = await nos(['space', '--iterations', '1']);
    expect(stdout).toMatch(/^icml2017 +1 +154,880 /m);
    const sizeOf = async (space: string, ...options: readonly string[]) =>
      (await json(['space', ...options])).spaces.find(({ name }: { name: string }) => name === space).size;
    const distinct = await sizeOf('icml2017', '--iterations', '1', '--constraints', 'distinct');
    expect(distinct).toBe(16 * 15 * 11 * 11 * 5);
    const size = await sizeOf('arxiv2017', '--iterations', '3');
    expect(size).toBe(String(317_520n * 348_480n * 380_880n));
  });

  it('show a space of chosen operands and functions', async () => {
    const choice = ['--operands', 'm / (sqrt(v)+eps), sqrt(abs(g))', '--unary', '-x,x', '--binary', 'x*y'];
    const document = await json(['space', 'quick', ...choice]);
    expect(document).toMatchObject({
      name: 'quick',
      iterations: 2,
      chosen: ['operands', 'unary', 'binary'],
      operands: ['adam', 'sqrt(abs(g))'],
      unary: ['-x', 'x'],
      binary: ['x * y'],
      size: 2 ** 4 * (3 * 2) ** 2,
    });
    const { stdout } = await nos(['space', 'quick', ...choice]);
    expect(stdout).toMatch(
      /^space +quick: with operands, unary, binary as chosen\noperands \(2\) +adam {2}sqrt/,
    );
    const listed = await json(['space'], { NOS_OPERANDS: 'g,clip(m, 1e-3)' });
    expect(listed.spaces[0]).toMatchObject({
      name: 'quick',
      chosen: ['operands'],
      size: (2 * 36 * 3 * 3) ** 2,
    });
  });

  it('count the distinct rules among random strings of one space', async () => {
    const { distinct } = await json(['space', 'quick/1']);
    expect(distinct).toEqual({ samples: 1000, rules: expect.any(Number) });
    const { stdout, stderr } = await nos(['space', 'quick/1']);
    expect(stdout).toMatch(/^1 iteration +6,912 token strings \(searched\)\n2 iterations +\d/m);
    expect(stdout).toMatch(new RegExp(`^distinct rules +${distinct.rules} among 1,000 random strings$`, 'm'));
    expect(stderr).toBe('');
    expect(await json(['space'])).not.toHaveProperty('spaces.0.distinct');
  });

  it.each(['rules', 'space', 'tasks', 'runs', 'data list'])(
    'nos %s --json is one document',
    async (command) => {
      expect(Object.values(await json(command.split(' '))).some(Array.isArray)).toBe(true);
    },
  );
});

describe('nos eval', () => {
  it('--json holds what the contract says, for each rule and seed', async () => {
    const args = ['eval', 'adam', 'exp(exp(exp(g)))', '--task', 'digits-mlp', '--seeds', '2', '--seed', '5'];
    const document = await json(args);
    expect(Object.keys(document)).toEqual(['task', 'protocol', 'environment', 'evaluations']);
    expect(document.evaluations.map(({ seed }: { seed: number }) => seed)).toEqual([5, 6, 5, 6]);
    const [adam, , hopeless] = document.evaluations;
    expect(adam).toMatchObject({
      rule: 'adam',
      key: expect.any(String),
      status: 'ok',
      edgeOfGrid: false,
      steps: expect.any(Number),
      seconds: expect.any(Number),
      fingerprint: expect.stringMatching(/^(native|onnxruntime)-/),
    });
    expect(adam.reward).toBeGreaterThan(0.8);
    expect(adam.curve).toHaveLength(5);
    expect(adam.sweep.map((point: { learningRate: number }) => point.learningRate)).toContain(
      adam.learningRate,
    );
    expect(JSON.stringify(hopeless)).not.toContain('null');
  });

  it('scores in an environment', async () => {
    const args = ['eval', 'sgd', '--task', 'digits-mlp', '--environment', 'gradient-1bit'];
    const document = await json(args);
    expect(document).toMatchObject({
      environment: 'gradient-1bit',
      evaluations: [{ environment: 'gradient-1bit' }],
    });
  });

  it('writes progress to stderr and a table to stdout', async () => {
    const { stdout, stderr } = await real.nos(['eval', 'g', '--task', 'digits-mlp'], { NOS_WORKERS: '' });
    expect(stdout).toMatch(/^rule +reward +status +rate +time\ng +0\.\d{4} +ok/);
    expect(stderr).toMatch(/^1\/1 {2}g/);
  });
});

describe('nos trajectory', () => {
  const short = ['trajectory', 'sgd', '--function', 'saddle', '--steps', '20'];

  it('writes pixels to a file that ends in .png, of the size that is asked for', async () => {
    const sizeOf = (file: string) => {
      const { width, height } = decode(readFileSync(join(home, file)));
      return [width, height];
    };
    expect(await json([...short, '-o', 'x.png'])).toMatchObject({ file: expect.stringMatching(/x\.png$/) });
    const [width = 0, height = 0] = sizeOf('x.png');
    expect(width).toBe(2 * 760);
    expect((await nos([...short, '-o', 'Y.PNG', '--size', '380'])).code).toBe(0);
    expect(sizeOf('Y.PNG')).toEqual([380, Math.ceil(height / 4)]);
  });

  it.each([
    [
      'another ending',
      ['-o', 'x.pdf'],
      /^nos: --output: a picture is written as \.svg or \.png, not as \.pdf$/m,
    ],
    ['a size of an SVG', ['-o', 'x.svg', '--size', '300'], /^nos: --size: only a PNG has a size in pixels$/m],
    ['no pixels', ['-o', 'x.png', '--size', '0'], /--size: .* from 1 to 16384, got '0'/],
  ])('refuses %s, before anything is trained', async (_, args, message) => {
    for (const command of [short, ['compare', 'sgd', '--task', 'digits-mlp'], ['plot', 'no-such-run']]) {
      const { code, stdout, stderr } = await nos([...command, ...args]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/seed 1/);
    }
  });

  it('draws, tabulates, and gives every point', async () => {
    const args = ['trajectory', 'sgd', 'adam', '--function', 'saddle', '--steps', '50'];
    const document = await json([...args, '-o', 'saddle.svg']);
    expect(document).toMatchObject({
      file: join(home, 'saddle.svg'),
      function: { name: 'saddle', least: -0.25, start: [1.2, 0.001] },
      steps: 50,
      seed: 1,
    });
    expect(document.learningRates).toHaveLength(13);
    const [sgd, adam] = document.trajectories;
    expect([sgd.rule, adam.rule]).toEqual(['sgd', 'adam']);
    expect(sgd.points).toHaveLength(51);
    expect(sgd.sweep.map((point: { learningRate: number }) => point.learningRate)).toContain(
      sgd.learningRate,
    );
    expect(readFileSync(join(home, 'saddle.svg'), 'utf8')).toMatch(/^<svg/);
    const { stdout } = await nos([...args, '--learning-rate', '0.1']);
    expect(stdout).toMatch(/wrote .*saddle\.svg\n\nrule +rate +above the least +distance\nsgd +1e-1 /);
  });

  it.each(['g/0', 'log(-1 - abs(g))', '1e30 * g^3 + 1e38 * w'])(
    'has no learning rate and no edge for %s, which diverges at every one',
    async (rule) => {
      const args = ['trajectory', rule, 'sgd', '--steps', '20', '-o', 'lost.svg'];
      const { trajectories } = await json(args);
      expect(trajectories[0]).toMatchObject({ rule, learningRate: 'NaN', edgeOfGrid: false, diverged: true });
      const { stdout } = await nos(args);
      expect(stdout).toMatch(/ +— +diverged +diverged\nsgd +\d/);
      expect(stdout).not.toMatch(/▲edge +diverged/);
      expect(readFileSync(join(home, 'lost.svg'), 'utf8')).toContain('diverged at every λ');
    },
  );
});

describe('nos reproduce', () => {
  it('writes data, a picture and a page, and says the page', async () => {
    const { code, stdout } = await real.nos(['reproduce', 'figure6', '--scale', '0.005', '-o', 'six']);
    expect(code).toBe(0);
    const page = readFileSync(join(home, 'six', 'README.md'), 'utf8');
    expect(stdout).toContain(page.trim());
    expect(page).toContain('`nos reproduce figure6 --scale 0.005 -o six`');
    for (const file of ['figure6.svg', 'trajectories.csv', 'data.json']) {
      expect(existsSync(join(home, 'six', file)), file).toBe(true);
    }
    const document = await json(['reproduce', 'figure6', '--scale', '0.005', '-o', 'six']);
    expect(document).toMatchObject({ experiment: 'figure6', scale: 0.005, findings: { steps: 20 } });
    const written = JSON.parse(readFileSync(join(home, 'six', 'data.json'), 'utf8'));
    expect(written).toMatchObject({ experiment: 'figure6', ...document.findings, made: { scale: 0.005 } });
  });

  it('makes a folder again from its data, and trains nothing', async () => {
    const args = ['reproduce', 'figure6', '--from-data', 'six'];
    const files = ['README.md', 'data.json', 'figure6.svg', 'trajectories.csv'];
    const read = (folder: string) => files.map((file) => readFileSync(join(home, folder, file), 'utf8'));
    const first = read('six');
    const document = await json([...args, '-o', 'again']);
    expect(document).toMatchObject({ experiment: 'figure6', scale: 0.005, directory: join(home, 'again') });
    expect(read('again')).toEqual(first);
    const { code, stdout } = await nos(args);
    expect([code, stdout]).toEqual([0, expect.stringContaining('to six')]);
    expect(read('six')).toEqual(first);
  });

  it('leaves the folder of another experiment as it is', async () => {
    const table = fileURLToPath(new URL('../../docs/results/table1/', import.meta.url));
    cpSync(table, join(home, 'table'), { recursive: true });
    const { code, stdout } = await nos(['reproduce', 'figure7', '--from-data', 'table']);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`to ${join('results', 'figure7')}`)]);
    for (const file of readdirSync(table)) {
      expect(readFileSync(join(home, 'table', file), 'utf8')).toBe(readFileSync(join(table, file), 'utf8'));
    }
    const page = readFileSync(join(home, 'results', 'figure7', 'README.md'), 'utf8');
    expect(page).toContain('`nos reproduce figure7 --from-data table -o results/figure7`');
  });

  it.each([
    ['a folder that is not there', ['figure6', '--from-data', 'nowhere'], /cannot read nowhere\/data\.json/],
    [
      'a size of its own',
      ['figure6', '--from-data', 'six', '--scale', '0.1'],
      /--scale: the data of --from-data/,
    ],
    ['other data', ['table1', '--from-data', 'six'], /data\.json: not the data of table1/],
  ])('refuses, beside data, %s', async (_, args, message) => {
    const { code, stdout, stderr } = await nos(['reproduce', ...args]);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
  });

  it('keeps every training of figure5, and says what it took', async () => {
    const args = ['reproduce', 'figure5', '--task', 'digits-mlp', '--scale', '0.001', '-o', 'five'];
    const document = await json([...args, '--seeds', '1']);
    expect(document.findings).toMatchObject({ task: 'digits-mlp', protocol: 'curves@1', epochs: 1 });
    const page = readFileSync(join(home, 'five', 'README.md'), 'utf8');
    expect(page).toContain("`nos reproduce figure5 --scale 0.001 --seeds 1 --task 'digits-mlp' -o five`");
    expect(page).toContain('the wall-clock time of 6 evaluations');
    const { code, stdout, stderr } = await nos(args);
    expect(code).toBe(0);
    expect(stderr).toContain('6 evaluations of the store, not made again');
    expect(stdout).toMatch(/Optimizer 2 against SGD +\|.*of 2/);
  });

  it('searches for figure4 once', async () => {
    const args = ['reproduce', 'figure4', '--task', 'digits-mlp', '--scale', '0.0002', '-o', 'four'];
    const document = await json(args);
    expect(document.findings).toMatchObject({ task: 'digits-mlp', protocol: 'quick', samples: 10 });
    expect(existsSync(join(home, 'four', 'figure4.svg'))).toBe(true);
    const { code, stderr } = await nos(args);
    expect(code).toBe(0);
    expect(stderr).toContain("run 'figure4-random-10-digits-mlp-1' of the store, not made again");
    const store = await openStore(join(home, 'nos.db'));
    const { config, createdAt, version, fingerprint } = await store.run('figure4-random-10-digits-mlp-1');
    const name = 'figure4-controller-11-digits-mlp-1';
    await store.createRun({ name, config, createdAt, version, fingerprint });
    await store.close();
    const other = await nos([...args.slice(0, 4), '--scale', '0.00025']);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('another search than') });
  });
});
