import { registerTrainingKernels } from './register.ts';

export { registerTrainingKernels, trainingKernels } from './register.ts';
export { getThreads, setThreads } from './parallel/threads.ts';

registerTrainingKernels();
