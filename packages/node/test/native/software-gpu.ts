const folder = '/usr/lib/chromium';

/** SwiftShader, a GPU in software, which Debian's chromium brings: the environment that a process finds it by. */
export const softwareGpu = { VK_ICD_FILENAMES: `${folder}/vk_swiftshader_icd.json`, LD_LIBRARY_PATH: folder, XDG_RUNTIME_DIR: '/tmp' };
