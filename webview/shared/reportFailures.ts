/** Tells the extension's log about what goes wrong inside a webview: nobody looks into its console. */
export function reportFailures(report: (message: string) => void): void {
  addEventListener('error', event => report(describe(event.error ?? event.message)));
  addEventListener('unhandledrejection', event => report(describe(event.reason)));
  addEventListener('securitypolicyviolation', event =>
    report(`Refused by the security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
  );
}

function describe(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}
