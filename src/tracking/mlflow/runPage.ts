/** The page behind the address that MLflow prints at the end of a run: which run of Lockstep this is. No script. */
import type { ServerResponse } from 'node:http';
import { reply } from './reply.ts';

export function runPage(id: string, response: ServerResponse): void {
  const shown = id.replace(/[^0-9A-Za-z]/g, '');
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Lockstep run ${shown}</title>
<h1>Lockstep run ${shown}</h1>
<p>What this program logs with MLflow is in Lockstep. In VS Code, open the Lockstep view; in a terminal:</p>
<pre>lockstep show ${shown}</pre>
</html>
`;
  reply(response, 200, 'text/html; charset=utf-8', html, {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  });
}
