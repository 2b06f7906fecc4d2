/** The environment variables by which MLflow clients of the command find the endpoint. */

/**
 * @param inherited What the command has already: its run context is added to, and where it has a proxy, the endpoint is
 *   excepted from it, since clients would otherwise ask the proxy for 127.0.0.1.
 */
export function childVariables(
  uri: string,
  runId: string,
  inherited: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const proxied = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'].some(
    name => (inherited[name] ?? '') !== '',
  );
  return {
    MLFLOW_TRACKING_URI: uri,
    MLFLOW_RUN_CONTEXT: JSON.stringify({
      ...contextOf(inherited['MLFLOW_RUN_CONTEXT']),
      'lockstep.run': runId,
    }),
    ...(proxied ? Object.fromEntries(['no_proxy', 'NO_PROXY'].map(name => [name, excepted(inherited)])) : {}),
  };
}

function excepted(inherited: Readonly<Record<string, string | undefined>>): string {
  const known = inherited['no_proxy'] ?? inherited['NO_PROXY'] ?? '';
  if (known.trim() === '*') return known;
  return [...known.split(',').filter(part => part.trim() !== ''), '127.0.0.1', 'localhost'].join(',');
}

function contextOf(text: string | undefined): object {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
