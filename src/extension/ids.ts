/**
 * Every id that the manifest and the code share, typed once. `test/unit/extension/manifest.test.ts` proves that
 * package.json, package.nls.json and this file agree both ways.
 */

export const commandIds = {
  runExperiment: 'lockstep.experiment.run',
  runFile: 'lockstep.file.run',
  importRuns: 'lockstep.importRuns',
  rerun: 'lockstep.run.rerun',
  rerunWithChanges: 'lockstep.run.rerunWithChanges',
  cancelRun: 'lockstep.run.cancel',
  showLog: 'lockstep.run.showLog',
  showEarlierLog: 'lockstep.log.showEarlier',
  showMetrics: 'lockstep.run.showMetrics',
  showMetricsTogether: 'lockstep.run.showMetricsTogether',
  showChildMetrics: 'lockstep.run.showChildMetrics',
  showMedia: 'lockstep.run.showMedia',
  chartLines: 'lockstep.run.chartLines',
  showCodeChanges: 'lockstep.run.showCodeChanges',
  compareCode: 'lockstep.run.compareCode',
  compareRuns: 'lockstep.run.compare',
  reproduceRun: 'lockstep.run.reproduce',
  showReport: 'lockstep.run.showReport',
  probeDeterminism: 'lockstep.run.probeDeterminism',
  findCause: 'lockstep.run.findCause',
  exportReport: 'lockstep.run.exportReport',
  renameRun: 'lockstep.run.rename',
  editNote: 'lockstep.run.editNote',
  editTags: 'lockstep.run.editTags',
  starRun: 'lockstep.run.star',
  unstarRun: 'lockstep.run.unstar',
  archiveRun: 'lockstep.run.archive',
  unarchiveRun: 'lockstep.run.unarchive',
  removeRun: 'lockstep.run.remove',
  copyRunId: 'lockstep.run.copyId',
  openRunFolder: 'lockstep.run.openFolder',
  shareRun: 'lockstep.run.share',
  copyRunLink: 'lockstep.run.copyLink',
  exportCrate: 'lockstep.run.exportCrate',
  openOutputFile: 'lockstep.output.open',
  openArtifact: 'lockstep.artifact.open',
  refresh: 'lockstep.experiments.refresh',
  checkHealth: 'lockstep.experiments.checkHealth',
  mendHealth: 'lockstep.health.mend',
  fetchShared: 'lockstep.experiments.fetchShared',
  groupRuns: 'lockstep.experiments.group',
  filterRuns: 'lockstep.experiments.filter',
  clearFilter: 'lockstep.experiments.clearFilter',
  showArchived: 'lockstep.experiments.showArchived',
  hideArchived: 'lockstep.experiments.hideArchived',
  showMore: 'lockstep.experiments.showMore',
  refreshData: 'lockstep.data.refresh',
  pullData: 'lockstep.data.pull',
  pushData: 'lockstep.data.push',
  fetchData: 'lockstep.data.fetch',
  restoreData: 'lockstep.data.restore',
  pinData: 'lockstep.data.pin',
  commitData: 'lockstep.data.commit',
  compareData: 'lockstep.data.compare',
  compareDataVersion: 'lockstep.data.compareVersion',
  restoreDataVersion: 'lockstep.data.restoreVersion',
  showDataRuns: 'lockstep.data.showRuns',
  openData: 'lockstep.data.open',
  createEnvironment: 'lockstep.environment.create',
  startEnvironment: 'lockstep.environment.start',
  rebuildEnvironment: 'lockstep.environment.rebuild',
  stopEnvironment: 'lockstep.environment.stop',
  removeEnvironment: 'lockstep.environment.remove',
  lockEnvironment: 'lockstep.environment.lock',
  verifyEnvironment: 'lockstep.environment.verify',
  acceptIntoLock: 'lockstep.environment.accept',
  reopenInContainer: 'lockstep.environment.reopen',
  openEnvironmentTerminal: 'lockstep.environment.terminal',
  showEnvironmentLog: 'lockstep.environment.showLog',
  refreshEnvironment: 'lockstep.environment.refresh',
  mendEnvironment: 'lockstep.environment.mend',
  openEnvironmentRow: 'lockstep.environment.openRow',
  showOutput: 'lockstep.showOutput',
  copyDiagnostics: 'lockstep.copyDiagnostics',
} as const;
export type CommandId = (typeof commandIds)[keyof typeof commandIds];

export const viewIds = {
  experiments: 'lockstep.experiments',
  data: 'lockstep.data',
  environment: 'lockstep.environment',
} as const;

export const viewContainerId = 'lockstep';

/** Set in one place: contextKeys.ts. */
export const contextKeys = {
  /** `noFolder`, `untrusted`, `virtual`, `noGit`, `noRuns` or `ready`: decides which welcome text is shown. */
  state: 'lockstep.state',
  filtered: 'lockstep.filtered',
  archivedShown: 'lockstep.archivedShown',
  earlierLog: 'lockstep.earlierLog',
  /** `noFolder`, `untrusted`, `noData` or `ready`: decides which welcome text the data view shows. */
  dataState: 'lockstep.dataState',
  /** `noFolder`, `untrusted`, `looking`, `none` or `ready`: decides which welcome text the environment view shows. */
  environmentState: 'lockstep.environmentState',
  /** Some project of the window has no devcontainer. */
  canCreateEnvironment: 'lockstep.canCreateEnvironment',
  /** The Dev Containers extension is there. */
  devContainers: 'lockstep.devContainers',
} as const;

export const settingsSection = 'lockstep';

export const settingKeys = {
  interpreter: 'run.interpreter',
  recordFileUse: 'run.recordFileUse',
  addCommand: 'terminal.addCommand',
  syncOnCheckout: 'data.syncOnCheckout',
  pinOutputs: 'data.pinOutputs',
  runEnvironment: 'run.environment',
  forecast: 'reproduce.forecast',
  engine: 'environment.engine',
  gpus: 'environment.gpus',
} as const;

/** Of another publisher: it opens a window inside a container. */
export const devContainersExtension = 'ms-vscode-remote.remote-containers';

export const walkthroughId = 'start';

/** Virtual documents. */
export const schemes = {
  log: 'lockstep-log',
  file: 'lockstep-file',
  comparison: 'lockstep-compare',
  /** What a shared run executes. */
  shared: 'lockstep-shared',
  data: 'lockstep-data',
  /** Only names rows of the data tree: git, which ignores pinned files, would paint theirs grey. */
  dataRow: 'lockstep-data-row',
} as const;
