import { registerTrainingKernels } from './register.ts';

export { registerTrainingKernels, trainingKernels } from './register.ts';

registerTrainingKernels();
