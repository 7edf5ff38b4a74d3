export {
  type Asked,
  askTrials,
  type Heard,
  type LentTrial,
  type PullState,
  type Tell,
  tellTrials,
} from './pull.ts';
export {
  createPullRun,
  type PullConfig,
  type PullConfigInput,
  type PullServices,
  parsePullConfig,
  refusePulled,
} from './pull-config.ts';
