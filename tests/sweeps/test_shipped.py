"""The table that ships is whole, and what its command would make."""

import shlex

from aecore.cli import parser, sweep
from aecore.data.dataset import MNIST_FINGERPRINT
from aecore.sweeps import answers, shipped


def test_the_shipped_table_holds_the_points_of_its_command():
    arguments = shlex.split(shipped.COMMAND)[3:]
    spec = sweep._read_spec(parser._parser().parse_args(arguments))

    results = shipped.load()

    assert [result.key for result in results] == [
        point.key(MNIST_FINGERPRINT) for point in spec.points()
    ]
    assert all(result.error is None for result in results)
    assert {len(group.errors) for group in answers.group(results)} == {len(spec.seeds)}
