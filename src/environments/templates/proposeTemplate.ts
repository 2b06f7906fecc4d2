/** "From my project": reads what the project asks for and proposes a template with options and reasons. */
import { chooseTemplate } from './chooseTemplate.ts';
import type { TemplateProposal } from './chooseTemplate.ts';
import type { ProposalHost } from './choice/proposalHost.ts';
import { readProjectFacts } from './project/readProjectFacts.ts';

/** @param root Absolute. @param host Of the machine the container will run on; without it any driver is assumed. */
export async function proposeTemplate(
  root: string,
  host?: ProposalHost,
  signal?: AbortSignal,
): Promise<TemplateProposal> {
  return chooseTemplate(await readProjectFacts(root, signal), host);
}
