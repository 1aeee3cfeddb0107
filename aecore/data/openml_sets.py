"""Well-known data sets by name, from OpenML, pinned by their numbers there.

Nothing here was ever fetched from OpenML itself: the tests ask a server of their own, and what the
files hold is taken from their descriptions. What does not fit them is refused in one line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from tempfile import TemporaryDirectory

import numpy as np

from aecore.data import set_cache
from aecore.data.conversion import to_dataset
from aecore.data.dataset import Dataset
from aecore.data.limits import Shape
from aecore.data.openml import SCRATCH, cache_folder, fetch_table, telling
from aecore.data.progress import DownloadProgress, Progress, Report, silent
from aecore.data.readers.raw import Part, RawData


@dataclass(frozen=True, kw_only=True)
class OpenMLSet:
    """A data set of OpenML."""

    data_id: int
    title: str
    count: int
    """Number of pictures; the file must hold so many."""
    shape: Shape
    pixel_type: str = "uint8"
    low: float = 0.0
    high: float = 255.0
    """Values of black and of white."""


SETS = {
    "fashion-mnist": OpenMLSet(data_id=40_996, title="Fashion-MNIST", count=70_000, shape=(28, 28)),
    "kmnist": OpenMLSet(data_id=41_982, title="Kuzushiji-MNIST", count=70_000, shape=(28, 28)),
    "emnist-balanced": OpenMLSet(
        data_id=41_039, title="EMNIST Balanced", count=131_600, shape=(28, 28)
    ),
    "usps": OpenMLSet(
        data_id=41_082,
        title="USPS",
        count=9_298,
        shape=(16, 16),
        pixel_type="float32",
        low=-1.0,
        high=1.0,
    ),
    "olivetti-faces": OpenMLSet(
        data_id=41_083,
        title="Olivetti faces",
        count=400,
        shape=(64, 64),
        pixel_type="float32",
    ),
}
"""By the name for `--data` and `AECORE_DATA`."""


def download_set(
    name: str, *, allow_download: bool = True, progress: Report = silent
) -> Dataset | None:
    """Return a data set of `SETS` from the cache, else from OpenML; it is then cached.

    Returns
    -------
    Dataset or None
        None where it is not cached and may not be fetched.

    Raises
    ------
    DataError
        If the server, the network or the disk fails, or the file is not as it is described.
    """
    wanted = SETS[name]
    key = f"openml-{wanted.data_id}"
    if (cached := set_cache.load(key)) is not None:
        return replace(cached, source=f"{cached.source} (cached)", kind="cache")
    if not allow_download:
        return None
    report = _titled(wanted.title, progress)
    with (
        cache_folder(wanted.title, report) as folder,
        TemporaryDirectory(prefix=SCRATCH, dir=folder, ignore_cleanup_errors=True) as home,
        telling(wanted.title),
    ):
        pixels, labels = fetch_table(
            home,
            report,
            int(np.prod(wanted.shape)),
            wanted.pixel_type,
            wanted.count + 1,
            data_id=wanted.data_id,
        )
        images = _to_bytes(wanted, pixels)
    raw = RawData(
        train=Part(images=images, labels=_plain(labels)),
        test=None,
        source=f"OpenML {wanted.data_id}, {wanted.title}",
        name=name,
    )
    dataset = to_dataset(raw, kind="openml")
    report(DownloadProgress(phase="saving"))
    set_cache.save(key, dataset)
    return dataset


def _titled(title: str, progress: Report) -> Callable[[Progress], None]:
    def report(found: Progress) -> None:
        progress(replace(found, title=title) if isinstance(found, DownloadProgress) else found)

    return report


def _to_bytes(wanted: OpenMLSet, pixels: np.ndarray) -> np.ndarray:
    """Return pixels (N, P) as pictures (N, H, W) uint8."""
    if pixels.shape != (wanted.count, int(np.prod(wanted.shape))):
        raise ValueError(f"it holds {pixels.shape} values")
    if pixels.dtype == np.uint8:
        return pixels.reshape(-1, *wanted.shape)
    low, high = float(pixels.min()), float(pixels.max())
    black, white = (0.0, 1.0) if low >= 0.0 and high <= 1.0 else (wanted.low, wanted.high)
    if not black <= low <= high <= white:
        raise ValueError(f"its values are {low:g} to {high:g}, not {black:g} to {white:g}")
    levels = np.rint((pixels - black) * (255 / (white - black)))
    return levels.astype(np.uint8).reshape(-1, *wanted.shape)


def _plain(labels: np.ndarray) -> np.ndarray:
    """Return labels from 0: numbers where all are whole, of USPS from 1."""
    numbers = np.array([int(float(label.strip("'\""))) for label in labels])  # ARFF may quote
    return numbers - numbers.min()
