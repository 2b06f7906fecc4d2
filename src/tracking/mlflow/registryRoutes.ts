/**
 * The model registry, so that `registered_model_name=` works: versions are numbered within this run alone, and each is
 * told to the record as what its model was registered as.
 */
import { modelVersionRoutes } from './modelVersionRoutes.ts';
import { registeredModelRoutes } from './registeredModelRoutes.ts';

export const registryRoutes = [...registeredModelRoutes, ...modelVersionRoutes];
