/** View types of the panels, as in the activation events of the manifest. */
export const panelTypes = {
  charts: 'lockstep.charts',
  report: 'lockstep.report',
  media: 'lockstep.media',
} as const;
export type PanelType = (typeof panelTypes)[keyof typeof panelTypes];
