"""The autoencoder as a scikit-learn estimator, for rows of any numbers; pictures are rows too."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from dataclasses import replace
from numbers import Real
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.model_selection import train_test_split
from sklearn.utils import check_array, check_random_state, column_or_1d
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
from torch import Tensor

from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.assembly import pack_rows
from aecore.checkpoints.file import Checkpoint
from aecore.config import MAX_EPOCHS, ModelConfig, NoiseConfig, ScheduleName, TrainConfig
from aecore.data.scaling import Scaling
from aecore.data.splitting import sample
from aecore.errors import CheckpointError, ConfigError, TrainingError
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder as Network
from aecore.models.autoencoder import new_model
from aecore.training.device import pick_device
from aecore.training.early_stopping import EarlyStopping
from aecore.training.history import EpochRecord
from aecore.training.loop import train
from aecore.training.resume_state import ResumeState

FLOATS = (np.float64, np.float32)
N_KEPT = 2_000
"""Rows given to `fit` that are kept for `save`, at most."""
_LEARNING_RATES = {"adam": 1e-3, "muon": 1e-2}
_SCHEDULES: dict[str, ScheduleName] = {"adam": "constant", "muon": "linear"}


class Autoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """An autoencoder: encode rows to a few numbers, and reconstruct them.

    It is trained by the same loop as the models of the app and the command line. Rows of float32
    and of bytes are computed in float32, all others in float64.

    Parameters
    ----------
    latent_dim : int
        D, the size of the latent code.
    family : {"dense", "conv"}
        Fully connected layers, or convolutions before them, for pictures.
    hidden_dims : tuple of int
        Widths of the encoder's fully connected hidden layers, input side first; the decoder mirrors
        them.
    image_shape : tuple of int, optional
        (height, width) or (height, width, 3) where the rows are pictures, pixel after pixel. All
        pixels are then scaled alike.
    activation : {"relu", "tanh", "logistic", "identity"}
        Of the hidden layers, "relu" alone of family "conv". With "identity" the network is linear:
        at best it is PCA of the same size.
    noise : str, optional
        Corruption of the input in training, as in "masking:0.5"; the target stays clean.
    latent_dropout : float
        Share of the latent code set to 0 in training.
    weight_decay : float
        The loss is the mean squared error plus weight_decay * mean(W**2) of each weight matrix.
    optimizer : {"adam", "muon"}
        Adam with a constant learning rate, or Muon with one that rises and falls linearly.
    epochs : int
        Passes over the rows, at most.
    batch_size : int
        Rows of a step. No more rows than this are one batch.
    learning_rate : float, optional
        By default 0.001 of Adam, 0.01 of Muon.
    early_stopping : bool
        Set some rows aside, stop when their error has not fallen for 10 epochs, and go back to
        the weights for which it was lowest.
    validation_fraction : float
        Share of the rows that early stopping sets aside.
    scale : {"minmax", "standard"}, optional
        Scale each feature to 0..1, or to mean 0 and variance 1; None takes the rows as they are.
    device : str
        "auto", "cpu", "cuda" or "mps".
    random_state : int, RandomState or None
        Fixes the initial weights, the order of the rows, their corruption and the dropout; a whole
        number is the seed of `aecore train`.
    verbose : bool
        Print a line for each epoch.
    warm_start : bool
        Let `fit` go on from the weights it has, instead of new ones.

    Attributes
    ----------
    model_ : aecore.models.autoencoder.Autoencoder
        The network, a torch module; it takes scaled rows.
    history_ : list of EpochRecord
        Losses and errors after each epoch, `test_mse` on the rows set aside, if any.
    loss_curve_ : list of float
        Training loss after each epoch.
    n_iter_ : int
        Epochs trained.
    scaling_ : aecore.data.scaling.Scaling
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where `fit` was given a table with names.

    Notes
    -----
    `N_KEPT` of the rows given to `fit`, at most, stay in the fitted estimator, also when it is
    pickled: `save` measures the model on them and keeps their codes.

    Examples
    --------
    >>> from aecore import Autoencoder
    >>> from sklearn.datasets import load_digits
    >>> X = load_digits().data
    >>> codes = Autoencoder(latent_dim=2, random_state=0).fit_transform(X)
    >>> codes.shape
    (1797, 2)
    """

    history_: list[EpochRecord]
    _config: TrainConfig
    _state: ResumeState | None
    _checkpoint: Checkpoint | None
    _kept: np.ndarray

    def __init__(
        self,
        latent_dim=2,
        *,
        family="dense",
        hidden_dims=(128,),
        image_shape=None,
        activation="relu",
        noise=None,
        latent_dropout=0.0,
        weight_decay=0.0,
        optimizer="adam",
        epochs=50,
        batch_size=256,
        learning_rate=None,
        early_stopping=False,
        validation_fraction=0.1,
        scale="minmax",
        device="auto",
        random_state=None,
        verbose=False,
        warm_start=False,
    ) -> None:
        self.latent_dim = latent_dim
        self.family = family
        self.hidden_dims = hidden_dims
        self.image_shape = image_shape
        self.activation = activation
        self.noise = noise
        self.latent_dropout = latent_dropout
        self.weight_decay = weight_decay
        self.optimizer = optimizer
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.scale = scale
        self.device = device
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start

    def fit(self, X, y=None, sample_weight=None) -> Self:
        """Train the autoencoder to reconstruct rows.

        Parameters
        ----------
        X : array-like of shape (N, P)
        y : ignored
        sample_weight : array-like of shape (N,), optional
            Of each row's error; a row of weight 0 counts as absent.

        Raises
        ------
        ValueError
            If a parameter or the rows cannot be used; `aecore.errors.ConfigError` is one.
        aecore.errors.TrainingError
            If the loss stops being finite.
        """
        again = self.warm_start and hasattr(self, "model_")
        rows, weight = self._check_training(X, sample_weight, reset=not again)
        config = self._train_config(rows, self._seed())
        if not again:
            self._begin(rows, weight, config.seed)
        self.history_ = []
        held_out = None
        if self.early_stopping:
            rows, held_out, weight = self._split(rows, weight, config.seed)
        self._train(rows, weight, config, held_out=held_out)
        return self

    def partial_fit(self, X, y=None, sample_weight=None) -> Self:
        """Train for one epoch on some rows, from the weights so far.

        The optimizer's state is that of the `partial_fit` before, if there was one. The first call
        sets the scale of the features. The learning rate is constant.

        Raises
        ------
        ValueError
            As `fit`; also with early stopping, for which no rows can be set aside.
        """
        if self.early_stopping:
            raise ValueError(
                "partial_fit does not support early_stopping=True: rows set aside in one call are "
                "unknown to the next. Use fit, or early_stopping=False."
            )
        first = not hasattr(self, "model_")
        rows, weight = self._check_training(X, sample_weight, reset=first)
        config = self._train_config(rows, self._seed() if first else self._config.seed)
        if first:
            self._begin(rows, weight, config.seed)
        config = replace(config, schedule="constant", epochs=1)
        self._train(rows, weight, config, state=self._state, keep_state=True)
        return self

    def transform(self, X) -> np.ndarray:
        """Return the codes of rows: (N, P) -> (N, D)."""
        return inference.encode(self._network(), self._scaled(X))

    def inverse_transform(self, X) -> np.ndarray:
        """Return rows of codes, in the units of the input: (N, D) -> (N, P)."""
        network = self._network()
        codes = check_array(X, dtype=FLOATS)
        return self.scaling_.undo(inference.decode(network, codes))

    def reconstruct(self, X) -> np.ndarray:
        """Encode and decode rows, in the units of the input: (N, P) -> (N, P)."""
        return self.scaling_.undo(inference.reconstruct(self._network(), self._scaled(X)))

    def score_samples(self, X) -> np.ndarray:
        """Return the negative squared error of each row: (N, P) -> (N,); higher is more normal.

        It is the mean over the features, in scaled units.
        """
        network, rows = self._network(), self._scaled(X)
        return -np.square(rows - inference.reconstruct(network, rows)).mean(axis=1)

    def score(self, X, y=None, sample_weight=None) -> float:
        """Return the mean of `score_samples`, weighted by `sample_weight` (N,) if given."""
        scores = self.score_samples(X)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, scores, ensure_non_negative=True)
        return float(np.average(scores, weights=sample_weight))

    def save(self, path: str | Path) -> Path:
        """Save the model as a checkpoint, which `load`, the app and the command line read.

        Weights are stored in float32, those of more than a million in float16.

        Raises
        ------
        CheckpointError
            If it cannot be written there.
        """
        path = Path(os.path.expanduser(path))
        if not path.suffix:
            path = path.with_suffix(checkpoint_file.SUFFIX)
        checkpoint_file.save(replace(self.to_checkpoint(), name=path.stem), path)
        return path

    def to_checkpoint(self, X=None, y=None) -> Checkpoint:
        """Return the model as a checkpoint, measured on rows, whose codes it keeps.

        Parameters
        ----------
        X : array-like of shape (N, P), optional
            By default, rows given to `fit`, and no labels.
        y : array-like of shape (N,), optional
            The rows' labels, whole numbers of 0 to 255.

        Raises
        ------
        ValueError
            If the rows or labels cannot be used.
        """
        network = self._network()
        if X is None:
            return self._checkpoint or pack_rows(
                network, self._config, self._kept, self.history_, estimator=self._to_dict()
            )
        rows = self._scaled(X).astype(np.float32)
        return pack_rows(
            network, self._config, rows, self.history_,
            estimator=self._to_dict(),
            labels=None if y is None else _as_labels(y, len(rows)),
            source="rows",
        )  # fmt: skip

    def explore(self, name: str = "my-autoencoder") -> Any:
        """Save the model among those of the app, print how to open the app on it, and show it.

        Returns
        -------
        aecore.export.explorer.Explorer
            The model's explorer, which a notebook shows. `aecore.latent_space` shows any rows, with
            their labels.

        Parameters
        ----------
        name : str
            In the models folder; an earlier model of this name that was explored is replaced.

        Raises
        ------
        ConfigError
            If the rows are no pictures, which the app would not show.
        CheckpointError
            If the name is taken or cannot be written.
        """
        config = self._network().config
        if not config.is_picture:
            raise ConfigError(
                f"The app shows models of pictures, not of rows of {config.n_inputs} numbers. Fit "
                "it with image_shape=(28, 28) if the rows are pictures of 28 x 28 pixels."
            )
        if not catalog.is_name(name):
            raise ConfigError(f"{name!r} cannot name a model: use letters, digits, '.', '_', '-'.")
        path = catalog.models_dir() / f"{name}{catalog.SUFFIX}"
        if path.exists() and checkpoint_file.load(path).estimator is None:
            raise CheckpointError(f"There is a model {name!r} already. Choose another name.")
        self.save(path)
        print(
            f"Saved as {path}. Open the app with: python -m aecore app, then add /?model={name} to "
            "its address."
        )
        # By its name: the explorer is built of what lies above estimators.
        return importlib.import_module("aecore.export.notebook").explore(checkpoint_file.load(path))

    @classmethod
    def load(cls, model: str | Path | Checkpoint) -> Self:
        """Return the estimator of a checkpoint, or of its path or its name in the models folder.

        A model of the app or the command line takes pixels of 0..1. One that was trained with what
        an estimator has no parameter for, as a variational one, cannot be fitted further.

        Raises
        ------
        CheckpointError
            If there is none or it cannot be used.
        """
        checkpoint = model if isinstance(model, Checkpoint) else checkpoint_file.load(model)
        config, about = checkpoint.card.model, checkpoint.estimator or _of_the_app(checkpoint)
        try:
            params = about["params"].items()
            estimator = cls(
                **{name: tuple(each) if isinstance(each, list) else each for name, each in params}
            )
            estimator.scaling_ = Scaling.of(about["offset"], about["factor"], config.n_inputs)
            dtype = {"float32": torch.float32, "float64": torch.float64}[about["dtype"]]
            if about["features"]:
                estimator.feature_names_in_ = np.array(list(about["features"]), dtype=object)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise CheckpointError(
                f"{checkpoint.name} holds an estimator that this version cannot read. Fit it again."
            ) from None
        network = inference.build_model(config, checkpoint.weights)
        estimator.model_ = network.to(dtype).requires_grad_(True)
        estimator.n_features_in_ = config.n_inputs
        estimator.history_ = list(checkpoint.card.history)
        estimator._config = checkpoint.card.train
        estimator._state, estimator._checkpoint = None, checkpoint
        return estimator

    @property
    def loss_curve_(self) -> list[float]:
        """Training loss after each epoch."""
        return [record.train_loss for record in self.history_]

    @property
    def n_iter_(self) -> int:
        """Epochs trained."""
        return len(self.history_)

    @property
    def _n_features_out(self) -> int:
        return self.model_.config.latent_dim

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    # --- training ---

    def _check_training(self, X, sample_weight, *, reset: bool) -> tuple[np.ndarray, Any]:
        """Return the rows that count, and their weights with a mean of 1, or None."""
        if (loaded := getattr(self, "_checkpoint", None)) is not None:
            _require_plain(loaded)
        rows = validate_data(self, X, dtype=(*FLOATS, np.uint8), reset=reset)
        if sample_weight is None:
            return rows, None
        weight = _check_sample_weight(sample_weight, rows, ensure_non_negative=True)
        counts = weight > 0
        return rows[counts], weight[counts] / weight[counts].mean()

    def _begin(self, rows: np.ndarray, weight: np.ndarray | None, seed: int) -> None:
        """Set the scale and the initial weights for new rows."""
        config = self._model_config(rows.shape[1])
        try:
            device = pick_device(self.device)
        except TrainingError as error:
            raise ConfigError(str(error)) from None
        dtype = torch.float64 if rows.dtype == np.float64 else torch.float32
        self.scaling_ = Scaling.fit(rows, self.scale, weight=weight, alike=config.is_picture)
        self.model_ = new_model(config, seed=seed, device=device).to(dtype)
        self.history_ = []
        self._state = None

    def _train(
        self,
        rows: np.ndarray,
        weight: np.ndarray | None,
        config: TrainConfig,
        *,
        held_out: np.ndarray | None = None,
        state: ResumeState | None = None,
        keep_state: bool = False,
    ) -> None:
        """Train the network for more epochs, and keep some of the rows for `save`."""
        network = self.model_
        self._keep_rows(rows if held_out is None or len(held_out) < 2 else held_out, config.seed)
        self._checkpoint, self._state = None, None
        done, seconds = self.n_iter_, self.history_[-1].seconds if self.history_ else 0.0
        self._config = replace(config, epochs=min(done + config.epochs, MAX_EPOCHS))
        stopping = EarlyStopping(network)
        parameter = next(network.parameters())
        records = train(
            network,
            self._tensor(rows),
            None if held_out is None else torch.tensor(self.scaling_.apply(held_out)).to(parameter),
            config,
            sample_weight=None if weight is None else torch.tensor(weight).to(parameter),
            state=state,
            on_state=self._keep_state if keep_state else lambda state: None,
        )
        try:
            for record in records:
                self.history_.append(
                    replace(record, epoch=done + record.epoch, seconds=seconds + record.seconds)
                )
                if self.verbose:
                    print(f"epoch {self.n_iter_}: loss {record.train_loss:.6g}", flush=True)
                if held_out is not None and stopping.is_over(record.test_mse):
                    break
            if held_out is not None:
                stopping.restore()
        finally:
            network.zero_grad()
            network.eval()

    def _keep_rows(self, rows: np.ndarray, seed: int) -> None:
        """Keep some rows, scaled, and some of those that `partial_fit` was given before."""
        rows = self.scaling_.apply(rows[sample(len(rows), N_KEPT, seed=seed)]).astype(np.float32)
        if self.history_ and hasattr(self, "_kept"):  # which a loaded model has not
            rows = np.concatenate([self._kept, rows])
            rows = rows[sample(len(rows), N_KEPT, seed=seed)]
        self._kept = rows

    def _keep_state(self, state: ResumeState) -> None:
        self._state = replace(state, history=()).copy()

    def _tensor(self, rows: np.ndarray) -> Tensor:
        """Return rows as they are trained on: bytes where those are scaled as pixels are."""
        device = next(self.model_.parameters()).device
        as_bytes = rows.dtype == np.uint8 and self.scaling_.is_of_bytes
        return torch.tensor(rows if as_bytes else self.scaling_.apply(rows), device=device)

    def _split(
        self, rows: np.ndarray, weight: np.ndarray | None, seed: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Return the rows to train on, those set aside, and the weights of the former."""
        share = self.validation_fraction
        if not (isinstance(share, Real) and 0 < float(share) < 1):
            raise ConfigError(f"validation_fraction must lie between 0 and 1, not {share!r}.")
        chosen, others = train_test_split(
            np.arange(len(rows)), test_size=share, random_state=seed % 2**32
        )
        return rows[chosen], rows[others], None if weight is None else weight[chosen]

    def _model_config(self, n_features: int) -> ModelConfig:
        config = ModelConfig(
            latent_dim=_plain(self.latent_dim),
            hidden_dims=_plain(self.hidden_dims),
            latent_dropout=_plain(self.latent_dropout),
            family=self.family,
            activation=self.activation,
            input_shape=(n_features,) if self.image_shape is None else _plain(self.image_shape),
        )
        if config.n_inputs != n_features:
            raise ConfigError(
                f"image_shape {self.image_shape} has {config.n_inputs} pixels, but the rows have "
                f"{n_features} features."
            )
        return config

    def _train_config(self, rows: np.ndarray, seed: int) -> TrainConfig:
        rate, name = _plain(self.learning_rate), str(self.optimizer)
        config = TrainConfig(
            noise=NoiseConfig.parse(self.noise) if isinstance(self.noise, str) else self.noise,
            epochs=_plain(self.epochs),
            optimizer=self.optimizer,
            schedule=_SCHEDULES.get(name, "constant"),
            learning_rate=_LEARNING_RATES.get(name, 1e-3) if rate is None else rate,
            batch_size=_plain(self.batch_size),
            gamma=_plain(self.weight_decay),
            seed=seed,
        )
        if config.noise is None or config.noise.kind == "masking" or self.scale == "minmax":
            return config
        if self.scale is not None or rows.min() < 0 or rows.max() > 1:
            raise ConfigError(
                f"The noise {config.noise} is for values of 0..1: use scale='minmax'."
            )
        return config

    def _seed(self) -> int:
        """Return a whole number given as `random_state`, else one drawn from it."""
        state = _plain(self.random_state)
        return state if isinstance(state, int) else int(check_random_state(state).randint(2**31))

    # --- the fitted model ---

    def _network(self) -> Network:
        check_is_fitted(self, "model_")
        return self.model_

    def _scaled(self, X) -> np.ndarray:
        """Check rows and scale them."""
        return self.scaling_.apply(validate_data(self, X, dtype=FLOATS, reset=False))

    def _to_dict(self) -> dict[str, Any]:
        """Return what a checkpoint keeps beside the model: values that JSON can hold."""
        params = {name: _plain(value) for name, value in self.get_params().items()}
        noise = self.noise
        names = getattr(self, "feature_names_in_", None)
        return {
            "params": params
            | {
                "noise": noise.as_text() if isinstance(noise, NoiseConfig) else noise,
                "random_state": params["random_state"]
                if isinstance(params["random_state"], int)
                else None,
            },
            "offset": self.scaling_.offset.tolist(),
            "factor": self.scaling_.factor.tolist(),
            "features": None if names is None else [str(name) for name in names],
            "dtype": str(next(self.model_.parameters()).dtype).removeprefix("torch."),
        }


def _as_labels(y: Any, count: int) -> np.ndarray:
    """Return labels (N,) as uint8."""
    labels = column_or_1d(y)
    if len(labels) != count:
        raise ValueError(f"There are {len(labels):,} labels for {count:,} rows.")
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > 255:
        raise ValueError("y must be whole numbers of 0 to 255. Number the classes from 0.")
    return labels.astype(np.uint8)


def _plain(value: Any) -> Any:
    """Return a NumPy scalar as Python's own number, and a list or an array as a tuple of such."""
    if isinstance(value, list | tuple | np.ndarray) and np.ndim(value):
        return tuple(map(_plain, value))
    return value.item() if isinstance(value, np.generic | np.ndarray) else value


def _require_plain(loaded: Checkpoint) -> None:
    """Check that an estimator's parameters say all of how a model of the app was trained.

    Raises
    ------
    ConfigError
        If they do not.
    """
    model, recipe = loaded.card.model, loaded.card.train
    others = {
        "is variational": model.variational,
        "ends in a logistic function": model.output == "logistic",
        "was trained on augmented pictures": recipe.distortion > 0,
    }
    if found := [what for what, holds in others.items() if holds]:
        raise ConfigError(
            f"{loaded.name} {' and '.join(found)}, for which the estimator has no parameter. Train "
            "it with the app or `python -m aecore train`, or fit a new Autoencoder."
        )


def _of_the_app(checkpoint: Checkpoint) -> Mapping[str, Any]:
    """Return what `Autoencoder._to_dict` would, of a model that the app or the command trained."""
    model, recipe = checkpoint.card.model, checkpoint.card.train
    return {
        "params": {
            "latent_dim": model.latent_dim,
            "family": model.family,
            "hidden_dims": model.hidden_dims,
            "image_shape": model.input_shape,
            "activation": model.activation,
            "noise": recipe.noise and recipe.noise.as_text(),
            "latent_dropout": model.latent_dropout,
            "weight_decay": recipe.gamma,
            "optimizer": recipe.optimizer,
            "epochs": recipe.epochs,
            "batch_size": recipe.batch_size,
            "learning_rate": recipe.learning_rate,
            "scale": None,
            "random_state": recipe.seed,
        },
        "offset": [0.0],
        "factor": [1.0],
        "features": None,
        "dtype": "float32",
    }
