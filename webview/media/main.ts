/** Entry of dist/webview/media.js: waits for the words and the view, then shows the panel. */
import '../shared/withoutEval.ts';
import '../shared/base.css';
import '../shared/cards.css';
import './media.css';
import {
  mediaHostMessageSchema,
  type MediaHostMessage,
  type MediaPanelMessage,
} from '../../src/protocol/mediaProtocol.ts';
import { connect } from '../shared/bridge.ts';
import { reportFailures } from '../shared/reportFailures.ts';
import { MediaApp } from './mediaApp.ts';
import { parseSavedState } from './mediaState.ts';

let app: MediaApp | undefined;

const bridge = connect<MediaHostMessage, MediaPanelMessage>(mediaHostMessageSchema, message => {
  if (message.type !== 'open') {
    app?.receive(message);
    return;
  }
  app ??= new MediaApp(bridge, message.strings, message.view, parseSavedState(bridge.restore()));
});
reportFailures(message => bridge.post({ type: 'failure', message }));
bridge.post({ type: 'ready' });
