// PCA, the linear autoencoder: aecore/models/pca.py.

/**
 * Return the reconstruction of a digit from its D principal components.
 *
 * @param {Float32Array} mean  784 values
 * @param {Float32Array} components  D x 784, orthonormal rows
 * @param {Float32Array} digit
 */
export function reconstructLinearly(mean, components, digit) {
  const pixels = Float32Array.from(mean);
  for (let from = 0; from < components.length; from += mean.length) {
    let score = 0;
    for (let i = 0; i < mean.length; i++) score += components[from + i] * (digit[i] - mean[i]);
    for (let i = 0; i < mean.length; i++) pixels[i] += score * components[from + i];
  }
  return pixels;
}
