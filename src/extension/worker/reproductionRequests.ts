/** Requests about reproducing a run: the forecast before, probes and trials after, and its health. Plain data. */
import type { ForecastView, Part } from '../../protocol/reportProtocol.ts';
import type { CauseReport } from '../../runs/causeReport.ts';
import type { DeterminismProbe } from '../../runs/determinismProbe.ts';
import type { Forecast } from '../../runs/forecast.ts';
import type { RunHealth } from '../../runs/runHealth.ts';
import type { ConfirmedPlace } from '../../runs/sharedRecord.ts';
import type { Request } from '../thread/threadMessages.ts';
import type { RunReference } from './engineRequests.ts';
import type { ReproductionReference } from './panelRequests.ts';

/** What every new run needs of the extension. */
export interface RunTool {
  readonly supervisorScript: string;
  readonly toolVersion: string;
}

/** A run, and the workspace that its store belongs to. */
export interface RunInProject extends RunReference {
  /** Absolute. */
  readonly root: string;
}

/** What the page before the run shows beside the forecast; known at once. */
export type ForecastFacts = Omit<ForecastView, 'forecast' | 'problem' | 'starting'>;

export interface ReproductionRequests {
  /** `place`: where it would run; a private checkout where none is named. */
  forecastFacts: Request<RunReference & { readonly place?: ConfirmedPlace }, ForecastFacts>;
  /** A person here has seen what it runs, and agrees that it runs in such a place. */
  confirmShared: Request<RunReference & { readonly place: ConfirmedPlace }, void>;
  forecast: Request<RunInProject & { readonly part: Part }, Forecast>;
  /** Runs the recorded code again in a private checkout; resolves with the id of the reproduction. */
  reproduce: Request<RunInProject & RunTool & { readonly part: Part }, string>;
  /** Two short runs, compared with each other. Told as progress: what is done now. */
  probe: Request<RunInProject & RunTool & { readonly part: Part }, DeterminismProbe>;
  /** Short runs with one ingredient set back in each. Progress as above. */
  findCause: Request<ReproductionReference & RunTool & { readonly root: string }, CauseReport>;
  /** The report of a reproduction as a document. Throws where there is no verdict. */
  reportText: Request<ReproductionReference & { readonly format: 'markdown' | 'html' }, string>;
  /** The health of these runs, of all starred ones where none is named. `network`: remotes are asked, too. */
  health: Request<
    {
      readonly store: string;
      readonly root: string;
      readonly network: boolean;
      readonly ids?: readonly string[];
    },
    readonly RunHealth[]
  >;
}
