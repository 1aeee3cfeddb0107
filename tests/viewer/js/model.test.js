// What the browser computes of a model is what PyTorch and NumPy compute.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isOutside, votesText } from "../../../aecore/viewer/js/core/text.js";
import { alongAxes, axisValue, codeOf, flatViewOf, moveTo, pointsOf, positionOf } from "../../../aecore/viewer/js/model/axes.js";
import { pathAlongData } from "../../../aecore/viewer/js/model/data_path.js";
import { featureMapPairs, isConvolutional } from "../../../aecore/viewer/js/model/filters.js";
import { grayerThan, grayness, placeOf } from "../../../aecore/viewer/js/model/grayness.js";
import { countLabels, predictLabel } from "../../../aecore/viewer/js/model/neighbor_vote.js";
import { countBelow, distanceToData, nearestCodes } from "../../../aecore/viewer/js/model/neighbors.js";
import { decode, encode } from "../../../aecore/viewer/js/model/network.js";
import { resamplePath } from "../../../aecore/viewer/js/model/path.js";
import { judge } from "../../../aecore/viewer/js/model/verdict.js";
import { arrays, assertClose, header, modelOf, rowsOf } from "./fixtures.js";

for (const name of header.models) {
  test(`${name}: codes decode to the digits that they have in PyTorch`, () => {
    const model = modelOf(name);
    const wanted = rowsOf(arrays[`${name}.decoded`], 784);

    rowsOf(arrays[`${name}.codes`], model.dim).forEach((z, i) => assertClose(decode(model, z), wanted[i], 1e-4));
  });

  test(`${name}: pictures are as gray, and grayer than as many decoded test digits, as in NumPy`, () => {
    const model = modelOf(name);
    const pictures = rowsOf(arrays[`${name}.decoded`], 784);

    assertClose(pictures.map(grayness), arrays[`${name}.grayness`], 1e-5);
    assertClose(pictures.map((each) => grayerThan(model, each)), arrays[`${name}.grayer`], 1e-9);
  });

  test(`${name}: digits are encoded as in PyTorch, of distributions the means`, () => {
    const model = modelOf(name);
    const wanted = rowsOf(arrays[`${name}.encoded`], model.dim);

    rowsOf(arrays[`${name}.digits`], 784).forEach((digit, i) => assertClose(encode(model, digit), wanted[i], 1e-4));
  });
}

test("a ghost among the codes of a shipped model is no digit, and the test digits are", () => {
  const model = modelOf("judge");
  const place = (z) => {
    const { rows, percentile } = distanceToData(model, z);
    return placeOf(isOutside(percentile), countLabels(model, rows)[0][1], grayerThan(model, decode(model, z)));
  };

  assert.equal(place(model.mean), "between");
  const own = Array.from({ length: 100 }, (_, i) => place(codeOf(model, 100 * i)));
  assert.ok(own.filter((each) => each === "within").length >= 97);
});

test("where a picture is blurred, the nearest test digits say what of", () => {
  assert.equal(placeOf(true, 10, 10), "outside");
  assert.equal(placeOf(false, 8, 98.9), "within");
  assert.equal(placeOf(false, 9, 99), "blurred");
  assert.equal(placeOf(false, 8, 99), "between");
});

test("a logistic output stays within 0 and 1, a linear one need not", () => {
  const extremes = (name) => {
    const model = modelOf(name);
    const pixels = decode(model, new Float32Array(model.dim).fill(9));
    return [Math.min(...pixels), Math.max(...pixels)];
  };

  assert.ok(extremes("logistic")[0] >= 0 && extremes("logistic")[1] <= 1);
  assert.ok(extremes("linear")[0] < 0 && extremes("linear")[1] > 1);
});

for (const dim of header.atlases) {
  const name = `atlas${dim}`;
  const model = modelOf(name);
  const points = rowsOf(arrays[`${name}.points`], dim);

  test(`D = ${dim}: the nearest codes and the isolation are NeighborIndex's`, () => {
    const rows = rowsOf(arrays[`${name}.rows`], 10);
    const distances = rowsOf(arrays[`${name}.distances`], 10);

    points.forEach((z, i) => {
      const found = distanceToData(model, z);
      assert.deepEqual([...found.rows], [...rows[i]]);
      assertClose([found.distance10], [distances[i][9]], 1e-9);
      assert.equal(found.percentile, arrays[`${name}.isolation`][i]);
      assert.equal(found.nearestLabel, model.labels[rows[i][0]]);
    });
  });

  test(`D = ${dim}: the nearest codes of one class are those of a whole search`, () => {
    const squareTo = (z, row) => codeOf(model, row).reduce((sum, value, i) => sum + (value - z[i]) ** 2, 0);
    const own = [...model.labels.keys()].filter((row) => model.labels[row] === 3);

    for (const z of points.slice(0, 8)) {
      const wanted = own.sort((a, b) => squareTo(z, a) - squareTo(z, b)).slice(0, 30);
      assert.deepEqual([...nearestCodes(model, z, 30, 3).rows], wanted);
      assert.equal(nearestCodes(model, z, own.length + 5, 3).rows.length, own.length);
    }
  });

  test(`D = ${dim}: the path along the data is Python's, between islands, too`, async () => {
    const last = model.count - 1;
    const islands = { ...model, codes: Float32Array.from(arrays[`${name}.islands`]) };

    const path = await pathAlongData(model, 0, last);

    assert.deepEqual(path, [...arrays[`${name}.path`]]);
    assert.deepEqual(await pathAlongData(islands, 0, last), [...arrays[`${name}.hops`]]);
    assert.deepEqual(await pathAlongData(islands, 5, 5), [5]);
    const steps = arrays[`${name}.line`].length / dim;
    const line = resamplePath(path.map((row) => codeOf(model, row)), steps);
    assertClose(line.flatMap((code) => [...code]), arrays[`${name}.line`], 1e-5);
    assert.deepEqual(resamplePath([codeOf(model, 5)], 3)[2], codeOf(model, 5));
  });

  test(`D = ${dim}: labels are voted for as in Python`, () => {
    const votes = points.map((z) => predictLabel(model, z, distanceToData(model, z).rows));

    assert.deepEqual(votes.map(({ label }) => label), [...arrays[`${name}.votes`]]);
    assert.deepEqual(new Set(votes.map(({ counts }) => counts[0][1] < 9)), new Set([true, false]));
    votes.forEach(({ counts }, i) => {
      const { rows } = distanceToData(model, points[i]);
      for (const [label, count] of counts) {
        assert.equal(count, rows.filter((row) => model.labels[row] === label).length);
      }
    });
  });

  test(`D = ${dim}: a code moves to a position on the map, and along no other axis`, () => {
    for (const z of points) {
      const moved = Float64Array.from(z);
      moveTo(model, moved, [0.25, -1.5]);
      assertClose(positionOf(model, moved, 0), [0.25, -1.5], 1e-9);
      for (let k = 2; k < dim; k++) assertClose([axisValue(model, moved, k)], [axisValue(model, z, k)], 1e-9);
    }
  });

  test(`D = ${dim}: all codes lie on the map where each does`, () => {
    const places = pointsOf(model, flatViewOf(model));

    assert.equal(places.length, 2 * model.count);
    for (let row = 0; row < model.count; row++) {
      const alone = positionOf(model, codeOf(model, row), model.labels[row]);
      assertClose(places.subarray(2 * row, 2 * row + 2), alone, 1e-5);
    }
  });

  test(`D = ${dim}: principal axes lead to the coordinates and back`, () => {
    const wanted = rowsOf(arrays[`${name}.coordinates`], dim);

    points.forEach((z, i) => {
      const values = Array.from(z, (_, k) => axisValue(model, z, k));
      assertClose(values, wanted[i], 1e-9);
      assertClose(alongAxes(model, values, new Float64Array(dim)), z, 1e-9);
    });
  });
}

test("kernels and feature maps of the first convolution are those of PyTorch", () => {
  const model = modelOf("convolutional");

  const { pairs, active } = featureMapPairs(model, rowsOf(arrays["convolutional.digits"], 784)[0]);

  assertClose(pairs, arrays["convolutional.pairs"], 1e-5);
  assertClose(active, arrays["convolutional.active"], 1e-5);
  assert.deepEqual(header.models.map((name) => isConvolutional(modelOf(name))), header.models.map((name) => name === "convolutional"));
});

test("digits, letters and shapes are judged as in Python, and told in the same words", () => {
  const model = modelOf("judge");

  const verdicts = rowsOf(arrays["judge.pictures"], 784).map((digit) => judge(model, digit));

  const told = verdicts.map(({ kind, label, counts }) => ({ kind, label, votes: votesText(counts, label) }));
  assert.deepEqual(told, header.verdicts);
  assert.deepEqual(new Set(told.map(({ kind }) => kind)), new Set(["digit", "undecided", "no digit"]));
});

test("values below another one are counted among ascending ones", () => {
  assert.deepEqual([0, 1, 1.5, 2, 9].map((value) => countBelow([1, 2, 2, 3], value)), [0, 0, 1, 1, 4]);
});
