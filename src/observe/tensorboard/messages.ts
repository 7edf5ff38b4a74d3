import protobuf from 'protobufjs/light.js';
import type { SeriesPoint } from '../chronicle.ts';

/**
 * The few messages of an event file that scalars and hyper-parameters need, with the published field numbers: tensorflow's event.proto and
 * summary.proto, tensorboard's plugins/hparams/plugin_data.proto, google's struct.proto.
 */
const messages = {
  Event: {
    fields: {
      wallTime: { type: 'double', id: 1 },
      step: { type: 'int64', id: 2 },
      fileVersion: { type: 'string', id: 3 },
      summary: { type: 'Summary', id: 5 },
    },
  },
  Summary: { fields: { value: { rule: 'repeated', type: 'SummaryValue', id: 1 } } },
  SummaryValue: {
    fields: {
      tag: { type: 'string', id: 1 },
      simpleValue: { type: 'float', id: 2 },
      metadata: { type: 'SummaryMetadata', id: 9 },
    },
  },
  SummaryMetadata: { fields: { pluginData: { type: 'PluginData', id: 1 } } },
  PluginData: { fields: { pluginName: { type: 'string', id: 1 }, content: { type: 'bytes', id: 2 } } },
  HParamsPluginData: {
    fields: {
      version: { type: 'int32', id: 1 },
      sessionStartInfo: { type: 'SessionStartInfo', id: 3 },
      sessionEndInfo: { type: 'SessionEndInfo', id: 4 },
    },
  },
  SessionStartInfo: {
    fields: {
      hparams: { keyType: 'string', type: 'Value', id: 1 },
      groupName: { type: 'string', id: 4 },
      startTimeSecs: { type: 'double', id: 5 },
    },
  },
  SessionEndInfo: { fields: { status: { type: 'int32', id: 1 }, endTimeSecs: { type: 'double', id: 2 } } },
  Value: {
    fields: { numberValue: { type: 'double', id: 2 }, stringValue: { type: 'string', id: 3 } },
  },
};

const root = protobuf.Root.fromJSON({ nested: messages });
const [event, hparams] = ['Event', 'HParamsPluginData'].map((name) => root.lookupType(name)) as [
  protobuf.Type,
  protobuf.Type,
];

/** What a run was started with: texts and numbers by name. */
export type RunFacts = Readonly<Record<string, string | number>>;

/** The first event of a file. */
export const versionEvent = (seconds: number): Uint8Array =>
  encode({ wallTime: seconds, fileVersion: 'brain.Event:2' });

export const pointEvent = ({ series, step, value }: SeriesPoint, seconds: number): Uint8Array =>
  encode({ wallTime: seconds, step, summary: { value: [{ tag: series, simpleValue: value }] } });

/** @param group Sessions of one group are drawn as one, with the mean of their values: runs that differ in the seed alone. */
export function sessionStart(facts: RunFacts, group: string, seconds: number): Uint8Array {
  const values = Object.entries(facts).map(([name, value]) => [
    name,
    typeof value === 'number' ? { numberValue: value } : { stringValue: value },
  ]);
  const sessionStartInfo = {
    ...{ hparams: Object.fromEntries(values), groupName: group, startTimeSecs: seconds },
  };
  return hparamsEvent('_hparams_/session_start_info', { version: 0, sessionStartInfo }, seconds);
}

const STATUS = { finished: 1, stopped: 2 } as const;

export const sessionEnd = (how: keyof typeof STATUS, seconds: number): Uint8Array =>
  hparamsEvent(
    '_hparams_/session_end_info',
    { version: 0, sessionEndInfo: { status: STATUS[how], endTimeSecs: seconds } },
    seconds,
  );

function hparamsEvent(tag: string, data: object, seconds: number): Uint8Array {
  const content = hparams.encode(hparams.fromObject(data)).finish();
  const metadata = { pluginData: { pluginName: 'hparams', content } };
  return encode({ wallTime: seconds, step: 0, summary: { value: [{ tag, metadata }] } });
}

const encode = (message: object): Uint8Array => event.encode(event.fromObject(message)).finish();
