/** Entry of dist/webview/charts.js: waits for the words and the view, then shows the panel. */
import '../shared/withoutEval.ts';
import '../shared/base.css';
import '../shared/cards.css';
import './charts.css';
import 'uplot/dist/uPlot.min.css';
import { chartsHostMessageSchema, type ChartsPanelMessage } from '../../src/protocol/chartsProtocol.ts';
import { connect } from '../shared/bridge.ts';
import { reportFailures } from '../shared/reportFailures.ts';
import { ChartsApp } from './chartsApp.ts';
import { defaultView, parseSavedState } from './viewState.ts';

let app: ChartsApp | undefined;

const bridge = connect<ReturnType<typeof chartsHostMessageSchema.parse>, ChartsPanelMessage>(
  chartsHostMessageSchema,
  message => {
    if (message.type !== 'open') {
      app?.receive(message);
      return;
    }
    if (app !== undefined) return;
    const saved = parseSavedState(bridge.restore());
    const view = { ...defaultView, ...defined(message.view), ...defined(saved?.view ?? {}) };
    app = new ChartsApp(bridge, message.strings, view, saved);
  },
);
reportFailures(message => bridge.post({ type: 'failure', message }));
bridge.post({ type: 'ready' });

function defined<T extends object>(partial: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
