/** Which sections an expanded run has: its ingredients and what came out, as far as the record knows them. */
import { hasOwnMlflowServer } from '../../runs/ownMlflowServer.ts';
import type { RunHealth } from '../../runs/runHealth.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { RunContents } from '../worker/runContents.ts';
import type { RunRow } from '../worker/runsView.ts';
import { shownTags } from './reportedText.ts';
import type { RunNode, SectionName, SectionNode } from './treeNodes.ts';

export function runSections(
  parent: RunNode,
  row: RunRow,
  details: RunDetails,
  contents: RunContents,
  health?: RunHealth,
): SectionNode[] {
  const { run } = row;
  const { plan, reported } = details;
  const isChild = run.parent !== undefined;
  const names: SectionName[] = [];
  if (details.problems.length > 0) names.push('problem');
  if (health !== undefined && health.problems.length + health.unchecked.length > 0) names.push('health');
  if (hasOwnMlflowServer(details)) names.push('mlflow');
  if (Object.keys(run.metrics).length > 0) names.push('metrics');
  if (Object.keys(run.parameters).length > 0) names.push('parameters');
  if (shownTags(details).length > 0) names.push('tags');
  // Code and environment of a child run are those of its run.
  if (plan !== undefined && !isChild) names.push('code', 'environment');
  if ((details.captured?.inputs ?? []).length + (details.captured?.hosts ?? []).length > 0)
    names.push('inputs');
  if ((details.result?.outputs ?? []).length > 0) names.push('outputs');
  if (contents.media !== undefined) names.push('media');
  if (contents.artifacts.files > 0) names.push('artifacts');
  if ((reported?.models ?? []).length > 0) names.push('models');
  if ((reported?.datasets ?? []).length > 0) names.push('datasets');
  if (details.verdicts.length > 0) names.push('reproductions');
  return names.map(name => ({
    ...{ kind: 'section', id: `${parent.id}/${name}`, name, parent, row, details, contents, health },
  }));
}
