// Whether what a runtime printed is what was predicted: the prediction is a part of it, in which `…` stands for anything.

/** Says whether the text of a prediction stands in the output of a runtime. */
export const isTold = (message: string, output: string): boolean => {
  const parts = message
    .trim()
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  // runc logs its messages as quoted texts.
  const plain = output.replaceAll('\\"', '"');
  return new RegExp(parts.join('[^]*?')).test(plain);
};
