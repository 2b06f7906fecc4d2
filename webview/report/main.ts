/** Entry of dist/webview/report.js: waits for the words, then shows the report. */
import '../shared/withoutEval.ts';
import '../shared/base.css';
import './report.css';
import 'uplot/dist/uPlot.min.css';
import * as z from 'zod';
import {
  reportHostMessageSchema,
  type ReportHostMessage,
  type ReportPanelMessage,
} from '../../src/protocol/reportProtocol.ts';
import { connect } from '../shared/bridge.ts';
import { reportFailures } from '../shared/reportFailures.ts';
import { ReportApp } from './reportApp.ts';

const savedSchema = z.object({
  key: z.string().optional(),
  allMetrics: z.boolean().optional(),
  goesOn: z.boolean().optional(),
});

let app: ReportApp | undefined;

const bridge = connect<ReportHostMessage, ReportPanelMessage>(reportHostMessageSchema, message => {
  if (message.type !== 'open' || app !== undefined) {
    app?.receive(message);
    return;
  }
  const saved = savedSchema.safeParse(bridge.restore());
  app = new ReportApp(bridge, message.strings, message.origin, saved.success ? saved.data : {});
});
reportFailures(message => bridge.post({ type: 'failure', message }));
bridge.post({ type: 'ready' });
