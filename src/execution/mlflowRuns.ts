/**
 * The runs of a supervisor as the MLflow endpoint has them: of the run itself, which other sources log into as well, it
 * sees what was logged with MLflow alone, under the names that MLflow's clients know, whatever the log calls it.
 */
import type { MetricSeries } from '../runs/metricSeries.ts';
import type { TrackedRun, TrackedRuns } from '../tracking/trackedRun.ts';
import type { RecordedRun } from './recordedRun.ts';
import type { RecordedRuns } from './recordedRuns.ts';

export function mlflowRuns(runs: RecordedRuns): TrackedRuns {
  return {
    main: mlflowRun(runs.main),
    startChild: start => runs.startChild(start),
    child: id => runs.child(id),
  };
}

function mlflowRun(run: RecordedRun): TrackedRun {
  return {
    id: run.id,
    paths: run.paths,
    points: (points, progress) => run.points(run.named('mlflow', points), progress),
    report: line => run.report(line),
    media: entry => run.media(entry),
    progress: source => run.progress(source),
    series: async () => (await run.series()).flatMap(series => told(run, series)),
  };
}

function told(run: RecordedRun, series: MetricSeries): MetricSeries[] {
  const key = run.owners.toldBy('mlflow', series.key, series.rank ?? undefined);
  return key === undefined ? [] : [{ ...series, key }];
}
